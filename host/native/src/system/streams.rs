//! The standard streams as this process got them.

use std::sync::atomic::{AtomicBool, Ordering};

static STDOUT_TAKES_NOTHING: AtomicBool = AtomicBool::new(false);

/// True if stdout was closed when the process began (`>&-` in a shell), or open for reading alone (`1<file`). By now something
/// else stands in for the one, and the standard library swallows the error of the other: what is written there is lost.
pub(crate) fn stdout_takes_nothing() -> bool {
    STDOUT_TAKES_NOTHING.load(Ordering::Relaxed)
}

/// Has to look before the standard library does, which opens `/dev/null` in place of closed streams before `main`.
#[cfg(any(target_os = "linux", target_os = "macos"))]
mod first_look {
    use std::os::fd::BorrowedFd;
    use std::sync::atomic::Ordering;

    use rustix::fs::{OFlags, fcntl_getfl};

    use super::STDOUT_TAKES_NOTHING;

    extern "C" fn look() {
        #[expect(unsafe_code, reason = "whether the descriptor is open is the question")]
        // SAFETY: nothing is done to it but to ask.
        let stdout = unsafe { BorrowedFd::borrow_raw(1) };
        let takes_nothing = match fcntl_getfl(stdout) {
            Ok(flags) => flags & OFlags::RWMODE == OFlags::RDONLY,
            Err(error) => error == rustix::io::Errno::BADF,
        };
        STDOUT_TAKES_NOTHING.store(takes_nothing, Ordering::Relaxed);
    }

    #[expect(
        unsafe_code,
        reason = "whatever lies in this section is called by the loader before the program begins"
    )]
    #[used]
    #[cfg_attr(target_os = "linux", unsafe(link_section = ".init_array"))]
    #[cfg_attr(target_os = "macos", unsafe(link_section = "__DATA,__mod_init_func"))]
    static FIRST_LOOK: extern "C" fn() = look;
}
