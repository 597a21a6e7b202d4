//! Windows.

use std::env;
use std::fs::Metadata;
use std::io;
use std::process::{Child, Command};

use super::{OsString, Path, PathBuf, SystemProgram};

/// No variable says whether windows can be opened.
pub(crate) const HAS_OWN_DISPLAY: bool = true;

/// Between the entries of `BROWSER`.
pub(crate) const SEPARATOR: char = ';';

/// Configuration and cache.
pub(crate) fn folders(
    variable: impl Fn(&str) -> Option<PathBuf>,
    home: Option<&Path>,
) -> [Option<PathBuf>; 2] {
    [
        variable("APPDATA").or_else(|| Some(home?.join(r"AppData\Roaming"))),
        variable("LOCALAPPDATA").or_else(|| Some(home?.join(r"AppData\Local"))),
    ]
}

/// Nothing to do: a dump is written only where the administrator has asked for dumps of all programs
/// (<https://learn.microsoft.com/windows/win32/wer/collecting-user-mode-dumps>).
pub(crate) fn keep_memory_private() {}

/// Nothing to do: what is inherited was made to be, and nothing is read by its number.
pub(crate) fn keep_descriptors_private() {}

/// Has the console take sequences of characters for colours; true if it does so on stdout and stderr.
pub(crate) fn shows_colours() -> bool {
    anstyle_query::windows::enable_ansi_colors() == Some(true)
}

/// What opens a web address.
pub(crate) fn browsers() -> Vec<SystemProgram> {
    vec![SystemProgram::new(
        system_program("rundll32.exe"),
        &["url.dll,FileProtocolHandler"],
    )]
}

/// What fills the clipboard.
pub(crate) fn clipboards(_variable: impl Fn(&str) -> Option<OsString>) -> Vec<SystemProgram> {
    vec![SystemProgram::new(system_program("clip.exe"), &[])]
}

/// The path of a program. Not scripts: what `cmd.exe` makes of an argument cannot be foreseen.
pub(crate) fn executable(mut path: PathBuf) -> Option<PathBuf> {
    if path.extension().is_none() {
        path.set_extension("exe");
    }
    let is_program = path
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("exe"));
    (is_program && path.is_file()).then_some(path)
}

/// Pipes have a folder of their own there, in which no file can be put.
pub(crate) fn leads_to_another_user(_metadata: &Metadata) -> bool {
    false
}

/// Nothing to do: the browser has no part in this console.
pub(crate) fn shield_from_terminal(_command: &mut Command) {}

/// What ends a program comes to it by the console, or not at all.
pub(crate) struct Termination;

impl Termination {
    /// Nothing to do.
    pub(crate) fn watched() -> io::Result<Self> {
        Ok(Self)
    }

    /// Waits until a program has ended. Returns its exit code; what does not fit a byte is no success.
    pub(crate) fn wait_for(self, program: &mut Child) -> io::Result<u8> {
        let code = program.wait()?.code();
        Ok(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
    }
}

/// The Azure Arc agent and the folder of its keys.
pub(crate) fn arc_agent() -> [PathBuf; 2] {
    let below = |variable, rest| {
        folder(variable)
            .join("AzureConnectedMachineAgent")
            .join(rest)
    };
    [
        below("ProgramFiles", "himds.exe"),
        below("ProgramData", "Tokens"),
    ]
}

fn system_program(name: &str) -> String {
    let path = folder("SystemRoot").join("System32").join(name);
    path.to_string_lossy().into_owned()
}

fn folder(variable: &str) -> PathBuf {
    env::var_os(variable).map(PathBuf::from).unwrap_or_default()
}
