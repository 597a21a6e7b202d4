//! What is taken for a file or folder of this user.

use std::fmt::Display;
use std::fs::Metadata;
use std::path::Path;

use super::error::{Fault, FileError};
use super::platform;

/// Create the folder and what is missing above it, for this user alone. A folder that is there stays as it is.
pub(super) fn make_folder(path: &Path) -> Result<(), FileError> {
    if path.is_dir() {
        return Ok(());
    }
    platform::create_folder(path)
        .map_err(|error| FileError::from_io("create the folder", path, &error))
}

pub(super) fn check(path: &Path, metadata: &Metadata) -> Result<(), FileError> {
    if metadata.is_symlink() {
        return Err(refused(path, "is a symbolic link"));
    }
    if !metadata.is_file() {
        return Err(refused(path, "is no regular file"));
    }
    if platform::is_foreign(metadata) {
        return Err(refused(path, "belongs to another user"));
    }
    Ok(())
}

pub(super) fn refused(path: &Path, reason: impl Display) -> FileError {
    FileError::new(
        Fault::Denied,
        format!("`{}` {reason}", path.display()),
        "look at it, and remove it or move it away; a file of your own is made in its place",
    )
}
