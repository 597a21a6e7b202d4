//! New content on its way to its place.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::platform;

/// A file that is not yet in its place. Dropped unfinished, it is removed.
pub(super) struct Unfinished {
    file: File,
    path: PathBuf,
}

impl Unfinished {
    pub(super) fn create(path: &Path) -> io::Result<Self> {
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

    pub(super) fn fill(&self, content: &[u8]) -> io::Result<()> {
        (&self.file).write_all(content)?;
        platform::sync(&self.file)
    }

    pub(super) fn finish(self, path: &Path) -> io::Result<()> {
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
pub(super) fn folder_of(path: &Path) -> &Path {
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
pub(super) fn remove_leftovers(path: &Path) {
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
pub(super) const LEFTOVER_AGE: Duration = Duration::from_secs(60);
