//! Files of this user alone: read with a limit, replaced as a whole, locked between processes.
//!
//! A file is replaced by writing a new one in the same folder, bringing it to the disk and renaming it, so whoever
//! reads sees the old content or the new. A symbolic link, anything else that is no regular file, and a file of
//! another user are refused: somebody else decides what is in them or where they lead.

use std::fmt::Display;
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use crate::capability::bindings::entra_auth::core::errors::{Capability, Failure, Fault};

#[cfg(unix)]
#[path = "unix.rs"]
mod platform;
#[cfg(windows)]
#[path = "windows.rs"]
mod platform;

/// Why a file could not be used; the capability that wanted it makes its own failure of it.
#[derive(Clone, Debug)]
pub(crate) struct FileError {
    pub(crate) fault: Fault,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl FileError {
    pub(crate) fn new(fault: Fault, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            fault,
            message: message.into(),
            hint: Some(hint.into()),
        }
    }

    /// What the operating system said when asked to `verb` the file at `path`.
    pub(crate) fn from_io(verb: &str, path: &Path, error: &io::Error) -> Self {
        let shown = path.display();
        let (fault, hint) = match error.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => (
                Fault::Denied,
                format!("check the permissions of `{shown}` and of its folder"),
            ),
            ErrorKind::NotFound => (Fault::Absent, format!("check that `{shown}` is there")),
            ErrorKind::NotADirectory | ErrorKind::IsADirectory => (
                Fault::Denied,
                format!("check which part of `{shown}` is a folder and which a file"),
            ),
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => (
                Fault::Other,
                "make room on the disk and try again".to_owned(),
            ),
            _ => (
                Fault::Other,
                format!("check `{shown}` and the disk it is on"),
            ),
        };
        Self::new(
            fault,
            format!("cannot {verb} `{shown}`: {}", reason(error)),
            hint,
        )
    }

    pub(crate) fn into_failure(self, capability: Capability) -> Failure {
        Failure {
            capability,
            fault: self.fault,
            message: self.message,
            hint: self.hint,
        }
    }
}

/// The error's text in lower case and without its number, where it has such a text.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::Other => error.to_string(),
        ErrorKind::NotFound => "no such file or folder".to_owned(),
        kind if kind.to_string() == "uncategorized error" => error.to_string(),
        kind => kind.to_string(),
    }
}

/// Create the folder and what is missing above it, for this user alone. A folder that is there stays as it is.
pub(crate) fn make_folder(path: &Path) -> Result<(), FileError> {
    if path.is_dir() {
        return Ok(());
    }
    platform::create_folder(path)
        .map_err(|error| FileError::from_io("create the folder", path, &error))
}

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
    let new = Unfinished::create(path).map_err(failed)?;
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

fn check(path: &Path, metadata: &fs::Metadata) -> Result<(), FileError> {
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

fn refused(path: &Path, reason: impl Display) -> FileError {
    FileError::new(
        Fault::Denied,
        format!("`{}` {reason}", path.display()),
        "look at it, and remove it or move it away; a file of your own is made in its place",
    )
}

/// A file that is not yet in its place. Dropped unfinished, it is removed.
struct Unfinished {
    file: File,
    path: PathBuf,
}

impl Unfinished {
    fn create(path: &Path) -> io::Result<Self> {
        let mut number = [0; 8];
        getrandom::fill(&mut number)?;
        let path = path.with_file_name(format!(
            "{}{:016x}.new",
            leftover_prefix(path),
            u64::from_ne_bytes(number)
        ));
        Ok(Self {
            file: platform::create(&path)?,
            path,
        })
    }

    fn fill(&self, content: &[u8]) -> io::Result<()> {
        (&self.file).write_all(content)?;
        self.file.sync_all()
    }

    fn finish(self, path: &Path) -> io::Result<()> {
        platform::rename(&self.path, path)?;
        platform::sync_folder(folder_of(path))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // After `finish` there is nothing under this name any more.
        let _ = fs::remove_file(&self.path);
    }
}

/// The folder that the file is in; a bare name is in the one where the user is.
fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn leftover_prefix(path: &Path) -> String {
    format!(
        ".{}.",
        path.file_name().unwrap_or_default().to_string_lossy()
    )
}

/// Remove what processes that were killed while writing this file left behind.
fn remove_leftovers(path: &Path) {
    let prefix = leftover_prefix(path);
    let Ok(folder) = fs::read_dir(folder_of(path)) else {
        return;
    };
    for entry in folder.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_leftover = name
            .strip_prefix(&prefix)
            .is_some_and(|rest| rest.len() == 20 && rest.ends_with(".new"));
        if is_leftover
            && entry
                .metadata()
                .is_ok_and(|metadata| is_older_than(LEFTOVER_AGE, &metadata))
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn is_older_than(age: Duration, metadata: &fs::Metadata) -> bool {
    metadata
        .modified()
        .is_ok_and(|time| time.elapsed().is_ok_and(|elapsed| elapsed >= age))
}

/// Longer than writing a small file ever takes.
const LEFTOVER_AGE: Duration = Duration::from_secs(60);

/// A lock between processes, held until dropped. The operating system releases it when the process ends.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    /// Lock the file at `path`, made if it is not there, waiting at most `limit` while another process holds it.
    pub(crate) fn acquire(path: &Path, limit: Duration) -> Result<Self, FileError> {
        let failed = |error: io::Error| FileError::from_io("lock", path, &error);
        let started = Instant::now();
        loop {
            let file = Self::open(path)?;
            match file.try_lock() {
                // Its last holder may have removed it: then the lock that counts is on another file.
                Ok(()) if platform::is_at(&file, path) => {
                    return Ok(Self {
                        file,
                        path: path.to_owned(),
                    });
                }
                Ok(()) => {}
                Err(TryLockError::WouldBlock) if started.elapsed() >= limit => {
                    return Err(held(path, limit));
                }
                Err(TryLockError::WouldBlock) => {
                    thread::sleep(POLL.min(limit.saturating_sub(started.elapsed())))
                }
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
        }
    }

    fn open(path: &Path) -> Result<File, FileError> {
        if let Some(folder) = path.parent() {
            make_folder(folder)?;
        }
        let file = platform::open_lock(path).map_err(|error| {
            if path.is_symlink() {
                refused(path, "is a symbolic link")
            } else {
                FileError::from_io("lock", path, &error)
            }
        })?;
        let metadata = file
            .metadata()
            .map_err(|error| FileError::from_io("lock", path, &error))?;
        check(path, &metadata)?;
        Ok(file)
    }

    /// How long ago the lock was marked, or else made. Nothing if that lies in the future, as after a clock was set back.
    pub(crate) fn marked(&self, now: SystemTime) -> Option<Duration> {
        now.duration_since(self.file.metadata().ok()?.modified().ok()?)
            .ok()
    }

    /// Leave a mark for whoever takes the lock next. A mark that cannot be left is missed by nobody.
    pub(crate) fn mark(&self, now: SystemTime) {
        let _ = self.file.set_modified(now);
    }

    /// Remove the lock file; processes that wait for it go on with a new one.
    pub(crate) fn remove(self) {
        platform::remove_lock(&self.path);
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

fn held(path: &Path, limit: Duration) -> FileError {
    FileError::new(
        Fault::TimedOut,
        format!(
            "another process has held `{}` for more than {} seconds",
            path.display(),
            limit.as_secs()
        ),
        "wait for the other entra-auth-cli to end, or end it",
    )
}

/// Short against a request to a server, long against taking a lock.
const POLL: Duration = Duration::from_millis(10);

#[cfg(test)]
mod tests;
