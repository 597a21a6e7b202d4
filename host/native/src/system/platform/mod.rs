//! What differs from one operating system to another and takes no more than a few lines: one file each.
//!
//! Whatever takes more lies beside the capability that needs it, as in `private_file/windows.rs`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

#[cfg(all(unix, not(target_os = "macos")))]
#[path = "freedesktop.rs"]
mod system;
#[cfg(target_os = "macos")]
#[path = "macos.rs"]
mod system;
#[cfg(windows)]
#[path = "windows.rs"]
mod system;
#[cfg(unix)]
mod unix;

pub(crate) use system::*;

/// A program of the system, by its absolute path or its name, and what it is given first.
#[derive(Debug)]
pub(crate) struct SystemProgram {
    pub(crate) name: String,
    pub(crate) arguments: &'static [&'static str],
}

impl SystemProgram {
    fn new(name: impl Into<String>, arguments: &'static [&'static str]) -> Self {
        Self {
            name: name.into(),
            arguments,
        }
    }
}
