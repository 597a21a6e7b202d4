//! New content on its way to its place.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Puts a file with `content` in place of what is at `path`, so that a reader sees the one or the other.
pub(crate) fn put(path: &Path, content: &[u8]) -> io::Result<()> {
    let (mut file, new) = create(path)?;
    let put = file
        .write_all(content)
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&new, path));
    if put.is_err() {
        // The first error is the one worth telling; a left-over file does no harm.
        drop(fs::remove_file(&new));
    }
    put
}

/// A file under a name that nothing has: what somebody else has put there, a link or a pipe, would get the content.
fn create(path: &Path) -> io::Result<(File, PathBuf)> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    for number in 1..=ATTEMPTS {
        let new = path.with_file_name(format!(".{name}.{number}.{EXTENSION}"));
        match OpenOptions::new().write(true).create_new(true).open(&new) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            created => return Ok((created?, new)),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

/// What such a file ends in.
pub(crate) const EXTENSION: &str = "new";

/// As many calls as may have been killed in the middle of writing.
const ATTEMPTS: u32 = 100;
