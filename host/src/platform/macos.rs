//! macOS.

pub(crate) use super::unix::*;
use super::{OsString, Path, PathBuf, SystemProgram};

/// No variable says whether windows can be opened.
pub(crate) const HAS_OWN_DISPLAY: bool = true;

/// Configuration and cache. For the configuration the XDG base directories decide, as for other command lines there.
pub(crate) fn folders(
    variable: impl Fn(&str) -> Option<PathBuf>,
    home: Option<&Path>,
) -> [Option<PathBuf>; 2] {
    [
        variable("XDG_CONFIG_HOME").or_else(|| Some(home?.join(".config"))),
        variable("XDG_CACHE_HOME").or_else(|| Some(home?.join("Library/Caches"))),
    ]
}

/// What opens a web address.
pub(crate) fn browsers() -> Vec<SystemProgram> {
    vec![SystemProgram::new("/usr/bin/open", &[])]
}

/// What fills the clipboard.
pub(crate) fn clipboards(_variable: impl Fn(&str) -> Option<OsString>) -> Vec<SystemProgram> {
    vec![SystemProgram::new("/usr/bin/pbcopy", &[])]
}
