//! Files of this user alone: read with a limit, replaced as a whole, locked between processes.
//!
//! A file is replaced by writing a new one in the same folder, bringing it to the disk and renaming it, so whoever
//! reads sees the old content or the new. A symbolic link, anything else that is no regular file, and a file of
//! another user are refused: somebody else decides what is in them or where they lead.

mod error;
mod lock;
mod ownership;
mod unfinished;

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

#[cfg(unix)]
#[path = "unix.rs"]
mod platform;
#[cfg(windows)]
#[path = "windows.rs"]
mod platform;

pub(crate) use error::{Fault, FileError};
pub(crate) use lock::Lock;
use ownership::{check, make_folder, refused, take_back};
use unfinished::{Unfinished, remove_leftovers};

/// The file for reading, whoever owns it; a link is not followed, and a named pipe is not waited for.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    platform::open(path)
}

/// The file's bytes, or nothing if there is no such file. More than `limit` bytes are `damaged`.
pub(crate) fn read(path: &Path, limit: usize) -> Result<Option<Vec<u8>>, FileError> {
    let file = match platform::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(_) if path.is_symlink() => return Err(refused(path, "is a symbolic link")),
        Err(error) => return Err(FileError::from_io("read", path, &error)),
    };
    let metadata = file
        .metadata()
        .map_err(|error| FileError::from_io("read", path, &error))?;
    check(path, &metadata)?;
    take_back(path, &file, &metadata);
    // One byte more than it has, to see its end: growing piece by piece takes a call and a copy for each.
    let length = usize::try_from(metadata.len()).unwrap_or(limit).min(limit);
    let mut content = Vec::with_capacity(length + 1);
    file.take(limit as u64 + 1)
        .read_to_end(&mut content)
        .map_err(|error| FileError::from_io("read", path, &error))?;
    if content.len() > limit {
        return Err(FileError::new(
            Fault::Damaged,
            format!("`{}` is larger than {limit} bytes", path.display()),
            "this tool wrote no such file: move it away",
        ));
    }
    Ok(Some(content))
}

/// Take away from a folder of this user that everybody may write to it.
pub(crate) fn close_folder(path: &Path) {
    if let Ok(folder) = platform::open_folder(path)
        && let Ok(metadata) = folder.metadata()
    {
        take_back(path, &folder, &metadata);
    }
}

/// Put a file with `content` in place of the one at `path`, if any. On disk when this returns. The folder is made if it
/// is not there.
pub(crate) fn replace(path: &Path, content: &[u8]) -> Result<(), FileError> {
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    match fs::symlink_metadata(path) {
        Ok(metadata) => check(path, &metadata)?,
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(FileError::from_io("write", path, &error)),
    }
    put(path, content)
}

/// As [`replace`] in a folder that is there, whatever is at `path`: a link is replaced and not followed.
pub(crate) fn put(path: &Path, content: &[u8]) -> Result<(), FileError> {
    let failed = |error: io::Error| FileError::from_io("write", path, &error);
    let new = Unfinished::create(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => FileError::no_folder(path),
        _ => failed(error),
    })?;
    new.fill(content).map_err(failed)?;
    new.finish(path).map_err(failed)?;
    remove_leftovers(path);
    Ok(())
}

/// Remove the file; true if there was one.
pub(crate) fn remove(path: &Path) -> Result<bool, FileError> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(FileError::from_io("remove", path, &error)),
    }
}

#[cfg(test)]
mod tests;
