//! Private files where permissions are inherited: the folders of a user's profile are closed to other users.

use std::fs::{DirBuilder, File, Metadata, OpenOptions};
use std::io;
use std::os::windows::fs::OpenOptionsExt;
use std::path::Path;

pub(super) fn create_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).create(path)
}

pub(super) fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .custom_flags(OPEN_REPARSE_POINT)
        .open(path)
}

pub(super) fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .custom_flags(OPEN_REPARSE_POINT)
        .open(path)
}

pub(super) fn open_lock(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .custom_flags(OPEN_REPARSE_POINT)
        .open(path)
}

/// Lock files are never removed here, so this is always so.
pub(super) fn is_at(_file: &File, _path: &Path) -> bool {
    true
}

/// Stays: a file cannot be told from its successor without unsafe calls.
pub(super) fn remove_lock(_path: &Path) {}

pub(super) fn is_foreign(_metadata: &Metadata) -> bool {
    false
}

/// A rename is journalled by NTFS; folders cannot be flushed.
pub(super) fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// `FILE_FLAG_OPEN_REPARSE_POINT`: open a link itself, which is then refused for being no regular file.
const OPEN_REPARSE_POINT: u32 = 0x0020_0000;
