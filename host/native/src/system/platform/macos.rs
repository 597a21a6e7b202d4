//! macOS.

use rustix::process::{Resource, Rlimit, setrlimit};

use super::unix::xdg_folders;
pub(crate) use super::unix::*;
use super::{OsString, Path, PathBuf, SystemProgram};

/// No variable says whether windows can be opened.
pub(crate) const HAS_OWN_DISPLAY: bool = true;

/// Configuration and cache. The XDG base directories decide for the configuration, as for other command lines there.
pub(crate) fn folders(
    variable: impl Fn(&str) -> Option<PathBuf>,
    home: Option<&Path>,
) -> [Option<PathBuf>; 2] {
    xdg_folders(variable, home, "Library/Caches")
}

/// Leaves no core file with secrets in it.
pub(crate) fn keep_memory_private() {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    // Where it is refused, things are as they are for any other program.
    let _ = setrlimit(Resource::Core, none);
}

/// Whether this process was started to go on without its terminal (`nohup`), which takes a call that no library here has.
pub(crate) fn ignores_hang_up() -> bool {
    false
}

/// What opens a web address.
pub(crate) fn browsers() -> Vec<SystemProgram> {
    vec![SystemProgram::new("/usr/bin/open", &[])]
}

/// What fills the clipboard.
pub(crate) fn clipboards(_variable: impl Fn(&str) -> Option<OsString>) -> Vec<SystemProgram> {
    vec![SystemProgram::new("/usr/bin/pbcopy", &[])]
}
