//! Who may ask the server for a token, where files cannot be locked: WASI 0.2 has exclusive creation and no more.
//!
//! The lease of an entry is a file beside it with a number in its name, `<entry>.<number>.lease`; the one with the highest
//! number counts. Whoever creates the file has the lease and removes it after use. One that its holder, killed
//! meanwhile, left behind ends by itself after [`LASTS`], counted from the file's time: then whoever creates the next
//! number has it. No two can create the same file, so of any number of processes one asks.
//!
//! What is given up: a request that takes longer than the lease lasts may be made twice. Nothing is lost by that; entries
//! are replaced as a whole.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

/// As long as a token request with a second attempt usually takes.
const LASTS: Duration = Duration::from_secs(15);

/// Between two looks. A token request takes some tens of milliseconds at least.
const PAUSE: Duration = Duration::from_millis(20);

/// A lease that this process has; dropping it gives it back.
pub(super) struct Lease {
    path: PathBuf,
    /// Older ones, which ended by themselves.
    ended: Vec<PathBuf>,
}

impl Drop for Lease {
    fn drop(&mut self) {
        // The highest number goes last: until then nobody creates a lower one.
        for path in self.ended.iter().chain([&self.path]) {
            let _ = fs::remove_file(path);
        }
    }
}

impl Lease {
    /// Nothing if others had it for all of `limit`. `entry` is the entry's path without an extension, in a folder that is there.
    pub(super) fn acquire(entry: &Path, limit: Duration) -> io::Result<Option<Self>> {
        let started = Instant::now();
        loop {
            if let Some(lease) = Self::try_acquire(entry)? {
                return Ok(Some(lease));
            }
            if started.elapsed() >= limit {
                return Ok(None);
            }
            thread::sleep(PAUSE);
        }
    }

    fn try_acquire(entry: &Path) -> io::Result<Option<Self>> {
        let mut others = leases(entry)?;
        others.sort_by_key(|(number, _)| *number);
        let next = others.last().map_or(0, |(number, _)| number + 1);
        if !all_ended(&others) {
            return Ok(None);
        }
        let path = entry.with_extension(format!("{next}.{EXTENSION}"));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(None),
            created => created?,
        };
        let lease = Self {
            path,
            ended: others.into_iter().map(|(_, path)| path).collect(),
        };
        // Between the look and the creation those may have been given back, and their numbers taken anew.
        let now = leases(entry)?;
        let has_higher = now.iter().any(|(number, _)| *number > next);
        let older: Vec<_> = now
            .into_iter()
            .filter(|(number, _)| *number < next)
            .collect();
        if has_higher || !all_ended(&older) {
            lease.give_up();
            return Ok(None);
        }
        Ok(Some(lease))
    }

    /// Leaves those of others alone.
    fn give_up(mut self) {
        self.ended.clear();
    }
}

/// The entry's leases, by number.
fn leases(entry: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let Some(folder) = entry.parent() else {
        return Ok(Vec::new());
    };
    let files = fs::read_dir(folder)?.flatten().map(|file| file.path());
    Ok(files
        .filter_map(|path| Some((number(&path, entry)?, path)))
        .collect())
}

/// `7` of `<entry>.7.lease`.
fn number(path: &Path, entry: &Path) -> Option<u64> {
    let name = path.file_name()?.to_str()?;
    let rest = name.strip_prefix(entry.file_name()?.to_str()?)?;
    let number = rest.strip_prefix('.')?.strip_suffix(EXTENSION)?;
    number.strip_suffix('.')?.parse().ok()
}

fn all_ended(leases: &[(u64, PathBuf)]) -> bool {
    leases.iter().all(|(_, path)| has_ended(path))
}

/// A file that is gone has ended, and so has one from the far future: the clock was set back.
pub(super) fn has_ended(path: &Path) -> bool {
    let Ok(since) = fs::metadata(path).and_then(|file| file.modified()) else {
        return true;
    };
    let age = SystemTime::now().duration_since(since);
    age.unwrap_or_else(|early| early.duration()) >= LASTS
}

pub(super) const EXTENSION: &str = "lease";
