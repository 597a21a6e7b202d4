//! What is taken for a file or folder of this user.

use std::fmt::Display;
use std::fs::{File, Metadata};
use std::path::Path;

use super::error::{Fault, FileError};
use super::platform;
use crate::system::status_line;

/// Create the folder and what is missing above it, for this user alone. A folder that is there stays as it is.
pub(super) fn make_folder(path: &Path) -> Result<(), FileError> {
    if let Some(owner) = platform::other_home(path) {
        return Err(FileError::new(
            Fault::Denied,
            format!(
                "`{}` is in the home of {owner}, and this runs as root: nothing is kept there",
                path.display()
            ),
            "run it without `sudo`, or as `sudo -H` to keep things in root's own home",
        ));
    }
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
        return Err(foreign(path, metadata));
    }
    Ok(())
}

/// Whoever can write to this user's files decides what is in them: if everybody may, that is taken away, and said.
pub(super) fn take_back(path: &Path, file: &File, metadata: &Metadata) {
    if platform::is_open_to_all(metadata) && platform::close_to_all(file).unwrap_or(false) {
        status_line::warn(&format!(
            "everybody could write to `{}`: now only you can, and what is in it may be somebody else's",
            path.display()
        ));
    }
}

fn foreign(path: &Path, metadata: &Metadata) -> FileError {
    let owner = platform::owner(metadata);
    FileError::new(
        Fault::Denied,
        format!("`{}` belongs to another user ({owner})", path.display()),
        match platform::is_root() {
            true => "run it as that user, without `sudo`, or as `sudo -H` to use root's own files"
                .to_owned(),
            false => format!(
                "look at it, and take it over if it is yours: `sudo chown $(id -u) '{}'`",
                path.display()
            ),
        },
    )
}

/// What to do about something that may not be done at `path`, if it is because of another owner.
pub(super) fn remedy(path: &Path) -> Option<String> {
    let there = path
        .ancestors()
        .find_map(|place| Some((place, place.symlink_metadata().ok()?)));
    let (place, metadata) = there.filter(|(_, metadata)| platform::is_not_mine(metadata))?;
    Some(format!(
        "`{place}` belongs to {}: if it is yours, `sudo chown -R $(id -u) '{place}'`",
        platform::owner(&metadata),
        place = place.display()
    ))
}

pub(super) fn refused(path: &Path, reason: impl Display) -> FileError {
    FileError::new(
        Fault::Denied,
        format!("`{}` {reason}", path.display()),
        "look at it, and remove it or move it away; a file of your own is made in its place",
    )
}
