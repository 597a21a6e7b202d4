//! One process at a time.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use super::error::{Fault, FileError};
use super::ownership::{check, make_folder, refused};
use super::platform;
use crate::system::patience::Wait;

/// A lock between processes, held until dropped. The operating system releases it when the process ends.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    /// Lock the file at `path`, made if it is not there, waiting at most `limit` while another process holds it.
    pub(crate) fn acquire(path: &Path, limit: Duration) -> Result<Self, FileError> {
        let started = Instant::now();
        let mut wait = None;
        loop {
            if let Some(lock) = Self::attempt(path)? {
                return Ok(lock);
            }
            if started.elapsed() >= limit {
                return Err(held(path, limit));
            }
            wait.get_or_insert_with(|| {
                Wait::of(&format!(
                    "another process, which holds `{}`",
                    path.display()
                ))
            });
            thread::sleep(POLL.min(limit.saturating_sub(started.elapsed())));
        }
    }

    /// Nothing while another process holds it.
    fn attempt(path: &Path) -> Result<Option<Self>, FileError> {
        while let Some(file) = Self::open(path)? {
            let is_locked = match file.try_lock() {
                // Its last holder may have removed it: then the lock that counts is on another file.
                Ok(()) => platform::is_at(&file, path),
                Err(TryLockError::WouldBlock) => return Ok(None),
                // Without locks processes may do the same work twice; none loses what another wrote.
                Err(TryLockError::Error(error)) if platform::is_lacking(&error) => true,
                Err(TryLockError::Error(error)) => {
                    return Err(FileError::from_io("lock", path, &error));
                }
            };
            if is_locked {
                let path = path.to_owned();
                return Ok(Some(Self { file, path }));
            }
        }
        Ok(None)
    }

    /// Nothing where another process shares it with nobody, which is how Node locks on Windows.
    fn open(path: &Path) -> Result<Option<File>, FileError> {
        if let Some(folder) = path.parent() {
            make_folder(folder)?;
        }
        let file = match platform::open_lock(path) {
            Ok(file) => file,
            Err(error) if platform::is_shared_with_nobody(&error) => return Ok(None),
            Err(_) if path.is_symlink() => return Err(refused(path, "is a symbolic link")),
            Err(error) => return Err(FileError::from_io("lock", path, &error)),
        };
        let metadata = file
            .metadata()
            .map_err(|error| FileError::from_io("lock", path, &error))?;
        check(path, &metadata)?;
        Ok(Some(file))
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
pub(super) const POLL: Duration = Duration::from_millis(10);
