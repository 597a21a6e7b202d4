//! Private files where permissions are inherited: the folders of a user's profile are closed to other users.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io;
use std::os::windows::fs::OpenOptionsExt;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

pub(super) fn create_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).create(path)
}

pub(super) fn open(path: &Path) -> io::Result<File> {
    patiently(|| {
        OpenOptions::new()
            .read(true)
            .custom_flags(OPEN_REPARSE_POINT)
            .open(path)
    })
}

/// A folder is no file there, and has no permissions of the kind that is asked for.
pub(super) fn open_folder(_path: &Path) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
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

/// A sharing violation.
pub(super) fn is_shared_with_nobody(error: &io::Error) -> bool {
    error.raw_os_error() == Some(SHARING_VIOLATION)
}

/// Put the file in place of another one.
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    patiently(|| fs::rename(from, to))
}

/// Whoever reads a file, a scanner or another process of ours, can keep it from being replaced for a moment, and one that is
/// being replaced cannot be opened.
fn patiently<T>(mut action: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    let started = Instant::now();
    loop {
        match action() {
            Err(error) if is_passing(&error) && started.elapsed() < PATIENCE => {
                thread::sleep(PAUSE);
            }
            result => return result,
        }
    }
}

/// Whether the error can be over in a moment.
fn is_passing(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        Some(ACCESS_DENIED | SHARING_VIOLATION)
    )
}

/// <https://learn.microsoft.com/windows/win32/debug/system-error-codes--0-499->
const ACCESS_DENIED: i32 = 5;
const SHARING_VIOLATION: i32 = 32;

/// Lock files are never removed here, so this is always so.
pub(super) fn is_at(_file: &File, _path: &Path) -> bool {
    true
}

/// Stays: a file cannot be told from its successor without unsafe calls.
pub(super) fn remove_lock(_path: &Path) {}

pub(super) fn is_foreign(_metadata: &Metadata) -> bool {
    false
}

/// Files of others are not told from one's own there.
/// Permissions are those of the folder there.
pub(super) fn is_open_to_all(_metadata: &Metadata) -> bool {
    false
}

pub(super) fn close_to_all(_file: &File) -> io::Result<bool> {
    Ok(false)
}

pub(super) fn owner(_metadata: &Metadata) -> String {
    "somebody else".to_owned()
}

pub(super) fn is_not_mine(_metadata: &Metadata) -> bool {
    false
}

pub(super) fn is_root() -> bool {
    false
}

pub(super) fn other_home(_path: &Path) -> Option<String> {
    None
}

/// Bring the file to the disk.
pub(super) fn sync(file: &File) -> io::Result<()> {
    file.sync_all()
}

/// Every file system there has what is asked of it.
pub(super) fn is_lacking(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::Unsupported
}

/// A rename is journalled by NTFS; folders cannot be flushed.
pub(super) fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// `FILE_FLAG_OPEN_REPARSE_POINT`: open a link itself, which is then refused for being no regular file.
const OPEN_REPARSE_POINT: u32 = 0x0020_0000;

/// A scanner looks at a small file for less; a person notices more.
const PATIENCE: Duration = Duration::from_secs(1);

const PAUSE: Duration = Duration::from_millis(5);
