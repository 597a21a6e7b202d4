//! Removing entries that nobody needs any more.
//!
//! Once an hour whoever has written an entry looks at all of them. Those whose time is over go, and if more than
//! [`MOST`] are left, those that end soonest, as long as they end within a day: access tokens, which cost one request to
//! get again. A sign-in, whose refresh token lives for months, is never given up to make room. An entry that is held stays.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::entry_file::EntryFile;
use super::paths;
use crate::system::private_file::{self, Lock};

/// Sweep the cache in `folder`, unless that was done not long ago or is being done. Whatever fails is left to the next
/// one.
pub(super) fn now_and_then(folder: &Path) {
    let Ok(lock) = Lock::acquire(&folder.join(".sweep.lock"), Duration::ZERO) else {
        return;
    };
    let now = SystemTime::now();
    if lock.marked(now).is_some_and(|age| age < PERIOD) {
        return;
    }
    lock.mark(now);
    sweep(folder, now);
}

fn sweep(folder: &Path, now: SystemTime) {
    let now = now
        .duration_since(UNIX_EPOCH)
        .map_or(0, |time| i64::try_from(time.as_secs()).unwrap_or(i64::MAX));
    let mut left = Vec::new();
    for path in all(folder) {
        let end = end(&path);
        if end > now || !remove(&path, now) {
            left.push((end, path));
        }
    }
    let too_many = left.len().saturating_sub(MOST);
    let tomorrow = now.saturating_add(DAY);
    left.sort();
    for (end, path) in left.into_iter().take(too_many) {
        if end <= tomorrow {
            remove(&path, tomorrow);
        }
    }
}

/// The paths of all clients' entries.
fn all(folder: &Path) -> Vec<PathBuf> {
    let clients = fs::read_dir(folder).into_iter().flatten().flatten();
    clients
        .filter_map(|client| fs::read_dir(client.path()).ok())
        .flat_map(paths::entries)
        .collect()
}

/// When the entry ends: never, if it cannot be read now; long ago, if it was not written or cannot be understood.
fn end(path: &Path) -> i64 {
    match EntryFile::read(path) {
        Ok(Some(file)) => file.keep_until().unwrap_or(0),
        Ok(None) => 0,
        Err(_) => i64::MAX,
    }
}

/// Remove an entry that still ends by `time` when nobody holds it.
fn remove(path: &Path, time: i64) -> bool {
    let Ok(lock) = Lock::acquire(&paths::lock(path), Duration::ZERO) else {
        return false;
    };
    let is_removed = end(path) <= time && private_file::remove(path).is_ok();
    if is_removed {
        lock.remove();
        // Fails, as it should, while something is left in it.
        let _ = path.parent().map(fs::remove_dir);
    }
    is_removed
}

/// Some megabytes. People have tens of entries; thousands come of on-behalf-of, one for each incoming token.
const MOST: usize = 1000;

const PERIOD: Duration = Duration::from_secs(60 * 60);

const DAY: i64 = 24 * 60 * 60;

#[cfg(test)]
#[cfg(unix)]
mod tests;
