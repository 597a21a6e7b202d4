//! The program for Windows, run by wine.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use super::foreign::missing;
use super::{Outcome, foreign_program, workspace};

/// How a shell starts it. Nothing if it was not built, or if wine is missing.
pub(super) fn command() -> Option<String> {
    static SESSION: OnceLock<Child> = OnceLock::new();
    foreign_program("wine")?;
    if !workspace().join(LAST_INSTALLED).is_file() {
        missing("wine's Windows", "tests/install")?;
    }
    let program = workspace().join("target/x86_64-pc-windows-gnu/release/entra-auth-cli.exe");
    if !program.is_file() {
        missing("entra-auth-cli.exe", BUILD)?;
    }
    SESSION.get_or_init(start_session);
    Some(format!("'{}' '{}'", runner().display(), program.display()))
}

/// Runs a program of Windows itself.
pub(crate) fn run(arguments: &[&str]) -> Outcome {
    Outcome::of(of_windows(arguments).output().unwrap())
}

/// Keeps a Windows running until the tests end. Each program would start one otherwise, and whoever reads what it prints
/// would have to wait until that has ended too.
fn start_session() -> Child {
    let silent = |arguments: &[&str]| {
        let mut command = of_windows(arguments);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    // It reads commands from a pipe that nobody writes to, and ends with it.
    let session = silent(&["cmd"]).stdin(Stdio::piped()).spawn().unwrap();
    assert!(silent(&["cmd", "/c", "exit"]).status().unwrap().success());
    session
}

fn of_windows(arguments: &[&str]) -> Command {
    let mut command = Command::new(runner());
    command.args(arguments).stdin(Stdio::null());
    command
}

fn runner() -> PathBuf {
    workspace().join("tests/windows/run")
}

/// What `tests/install` puts into its Windows last.
const LAST_INSTALLED: &str = "target/tools/wine/drive_c/windows/system32/bcryptprimitives.dll";

const BUILD: &str = "cargo build --release --target x86_64-pc-windows-gnu";
