//! Why a file could not be used.

use std::io::{self, ErrorKind};
use std::path::Path;

use super::ownership;

/// Sorted by what can be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is not there, nor any place for it.
    Absent,
    /// What is in it was not written by this program.
    Damaged,
    /// Not permitted, or not trusted.
    Denied,
    /// Another process has held it for too long.
    TimedOut,
    /// None of the above.
    Other,
}

/// Why a file could not be used; the capability that wanted it makes its own failure of it.
#[derive(Clone, Debug)]
pub(crate) struct FileError {
    pub(crate) fault: Fault,
    pub(crate) message: String,
    pub(crate) hint: String,
}

impl FileError {
    pub(crate) fn new(fault: Fault, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            fault,
            message: message.into(),
            hint: hint.into(),
        }
    }

    /// The folder is not there that the file at `path` is to be written into.
    pub(super) fn no_folder(path: &Path) -> Self {
        let folder = path.parent().unwrap_or(path).display();
        Self::new(
            Fault::Absent,
            format!(
                "cannot write `{}`: there is no folder `{folder}`",
                path.display()
            ),
            "make it, or correct the path",
        )
    }

    /// What the operating system said when asked to `verb` the file at `path`.
    pub(crate) fn from_io(verb: &str, path: &Path, error: &io::Error) -> Self {
        let shown = path.display();
        let (fault, hint) = match error.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => (
                Fault::Denied,
                ownership::remedy(path).unwrap_or_else(|| {
                    format!("check the permissions of `{shown}` and of its folder")
                }),
            ),
            ErrorKind::ResourceBusy => (
                Fault::Denied,
                format!("`{shown}` may be mounted by itself; mount the folder it is in instead"),
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
