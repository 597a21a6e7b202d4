//! Linux, and other systems with the desktops of <https://www.freedesktop.org>.

use super::unix::xdg_folders;
pub(crate) use super::unix::*;
use super::{OsString, Path, PathBuf, SystemProgram};

/// Windows open where `DISPLAY` or `WAYLAND_DISPLAY` says.
pub(crate) const HAS_OWN_DISPLAY: bool = false;

/// Configuration and cache.
pub(crate) fn folders(
    variable: impl Fn(&str) -> Option<PathBuf>,
    home: Option<&Path>,
) -> [Option<PathBuf>; 2] {
    xdg_folders(variable, home, ".cache")
}

/// Leaves no core file with secrets in it, and lets other processes of the same user see neither memory nor environment.
pub(crate) fn keep_memory_private() {
    // Where it is refused, things are as they are for any other program.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

/// Whether this process was started to go on without its terminal (`nohup`): bit 0 of `SigIgn` (proc(5)) is `SIGHUP`.
pub(crate) fn ignores_hang_up() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .is_some_and(|mask| mask & 1 == 1)
}

/// What opens a web address. The second one is the alternatives system's, on Debian without xdg-utils.
pub(crate) fn browsers() -> Vec<SystemProgram> {
    ["xdg-open", "x-www-browser"]
        .map(|name| SystemProgram::new(name, &[]))
        .into()
}

/// What fills the clipboard, the desktop in use first.
pub(crate) fn clipboards(variable: impl Fn(&str) -> Option<OsString>) -> Vec<SystemProgram> {
    let mut programs = Vec::new();
    if variable("WAYLAND_DISPLAY").is_some() {
        programs.push(SystemProgram::new("wl-copy", &[]));
    }
    if variable("DISPLAY").is_some() {
        programs.push(SystemProgram::new("xclip", &["-selection", "clipboard"]));
        programs.push(SystemProgram::new("xsel", &["--clipboard", "--input"]));
    }
    // Linux inside Windows has the clipboard of Windows.
    programs.push(SystemProgram::new("clip.exe", &[]));
    programs
}
