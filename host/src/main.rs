//! The program: the native host around the embedded components.
//!
//! It is a package of its own, so that a change in a guest links the host again and does not compile it again.

use std::alloc::System;
use std::process::ExitCode;

use zeroizing_alloc::ZeroAlloc;

/// Clears memory that is given back: copies of secrets that the engine, the network and other libraries make pass through
/// types that nobody here chooses.
#[global_allocator]
static MEMORY: ZeroAlloc<System> = ZeroAlloc(System);

native::embed!(COMPONENT, "entra_auth_cli_guest", "entra-auth-cli.cwasm");
native::embed!(PROXY, "entra_auth_proxy_guest", "entra-auth-proxy.cwasm");

#[expect(unsafe_code, reason = "native code can only be trusted, not checked")]
fn main() -> ExitCode {
    // SAFETY: the build script has just compiled them with the same engine.
    unsafe { native::run(&COMPONENT, &PROXY) }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::fs::File;
    use std::os::unix::fs::FileExt;

    /// As the operating system sees it, who can look where a program must not.
    fn memory(address: u64, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        let memory = File::open("/proc/self/mem").unwrap();
        memory.read_exact_at(&mut bytes, address).unwrap();
        bytes
    }

    #[test]
    fn memory_that_is_given_back_is_cleared() {
        const LENGTH: usize = 1000;
        let secret = vec![b'S'; LENGTH];
        // Keeps the end of the heap, which would go back to the system, away from it.
        let behind = vec![0; LENGTH];
        let address = secret.as_ptr().addr() as u64;
        assert_eq!(memory(address, LENGTH), secret);
        drop(secret);
        assert!(!memory(address, LENGTH).contains(&b'S'));
        drop(behind);
    }

    #[test]
    fn memory_that_grows_elsewhere_is_cleared() {
        const LENGTH: usize = 1000;
        let mut secret = vec![b'S'; LENGTH];
        let behind = vec![0; LENGTH];
        let address = secret.as_ptr().addr() as u64;
        secret.reserve_exact(100 * LENGTH);
        assert_ne!(secret.as_ptr().addr() as u64, address);
        assert!(!memory(address, LENGTH).contains(&b'S'));
        drop(behind);
    }
}
