//! What Linux and macOS have in common.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Between the entries of `BROWSER`.
pub(crate) const SEPARATOR: char = ':';

/// Configuration and cache, by the XDG base directory specification; `cache` is where the system keeps caches otherwise.
pub(super) fn xdg_folders(
    variable: impl Fn(&str) -> Option<PathBuf>,
    home: Option<&Path>,
    cache: &str,
) -> [Option<PathBuf>; 2] {
    [
        variable("XDG_CONFIG_HOME").or_else(|| Some(home?.join(".config"))),
        variable("XDG_CACHE_HOME").or_else(|| Some(home?.join(cache))),
    ]
}

/// Every terminal does, as far as it matters.
pub(crate) fn shows_colours() -> bool {
    true
}

/// The path itself if it leads to a program.
pub(crate) fn executable(path: PathBuf) -> Option<PathBuf> {
    let metadata = path.metadata().ok()?;
    (metadata.is_file() && metadata.permissions().mode() & 0o111 != 0).then_some(path)
}

/// Ctrl-C in the terminal is for this process alone.
pub(crate) fn shield_from_terminal(command: &mut Command) {
    command.process_group(0);
}

/// The Azure Arc agent and the folder of its keys.
pub(crate) fn arc_agent() -> [PathBuf; 2] {
    ["/opt/azcmagent/bin/himds", "/var/opt/azcmagent/tokens"].map(PathBuf::from)
}
