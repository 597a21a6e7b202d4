//! Running code where the operating system mapped it.

use std::ffi::c_void;

use rustix::mm::{MprotectFlags, mprotect};
use wasmtime::CustomCodeMemory;

/// The smallest page of a supported machine: what the engine may take for granted about the code it hands over.
const ALIGNMENT: usize = 4096;

/// Switches read-only pages of the program between data and code. They are never writable.
pub(crate) struct MappedCode;

impl CustomCodeMemory for MappedCode {
    fn required_alignment(&self) -> usize {
        ALIGNMENT
    }

    fn publish_executable(&self, start: *const u8, length: usize) -> wasmtime::Result<()> {
        protect(start, length, MprotectFlags::READ | MprotectFlags::EXEC)
    }

    fn unpublish_executable(&self, start: *const u8, length: usize) -> wasmtime::Result<()> {
        protect(start, length, MprotectFlags::READ)
    }
}

fn protect(start: *const u8, length: usize, flags: MprotectFlags) -> wasmtime::Result<()> {
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
