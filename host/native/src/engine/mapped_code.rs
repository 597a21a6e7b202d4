//! Running code where the operating system mapped it.

use wasmtime::CustomCodeMemory;

/// The smallest page of a supported machine: what the engine may take for granted about the code it hands over.
const ALIGNMENT: usize = 4096;

/// Code that is part of the program. On Linux the loader has mapped it as such, and nothing is left to do: where memory may
/// not become executable later (systemd's `MemoryDenyWriteExecute=`, SELinux's `execmem`), it runs all the same.
pub(crate) struct MappedCode;

impl CustomCodeMemory for MappedCode {
    fn required_alignment(&self) -> usize {
        ALIGNMENT
    }

    fn publish_executable(&self, start: *const u8, length: usize) -> wasmtime::Result<()> {
        protect(start, length, true)
    }

    fn unpublish_executable(&self, start: *const u8, length: usize) -> wasmtime::Result<()> {
        protect(start, length, false)
    }
}

#[cfg(target_os = "macos")]
fn protect(start: *const u8, length: usize, executable: bool) -> wasmtime::Result<()> {
    use std::ffi::c_void;

    use rustix::mm::{MprotectFlags, mprotect};

    let flags = match executable {
        true => MprotectFlags::READ | MprotectFlags::EXEC,
        false => MprotectFlags::READ,
    };
    #[expect(
        unsafe_code,
        reason = "changing page protection is an operating-system call on raw pages"
    )]
    // SAFETY: wasmtime names whole pages of the embedded component, which hold no Rust value that is written to.
    unsafe {
        mprotect(start.cast_mut().cast::<c_void>(), length, flags)?;
    }
    Ok(())
}

#[cfg(not(target_os = "macos"))]
fn protect(_start: *const u8, _length: usize, _executable: bool) -> wasmtime::Result<()> {
    Ok(())
}
