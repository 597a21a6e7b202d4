//! The program for Windows, run by wine.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use super::foreign::missing;
use super::{Outcome, foreign_program, workspace};

/// How a shell starts it. Nothing if it was not built, or if wine is missing.
pub(super) fn command() -> Option<String> {
    static SESSION: OnceLock<Child> = OnceLock::new();
    let wine = foreign_program("wine")?;
    let program = workspace().join("target/x86_64-pc-windows-gnu/release/entra-auth-cli.exe");
    if !program.is_file() {
        missing("entra-auth-cli.exe", BUILD)?;
    }
    SESSION.get_or_init(|| start_session(&wine));
    Some(format!(
        "env WINEPREFIX='{}' WINEDEBUG=-all LC_ALL=C.UTF-8 '{}' '{}'",
        prefix(),
        wine.display(),
        program.display()
    ))
}

/// Runs a program of Windows itself.
pub(crate) fn run(arguments: &[&str]) -> Outcome {
    let wine = foreign_program("wine").expect("there is a user on Windows");
    Outcome::of(wine_command(&wine, arguments).output().unwrap())
}

/// Keeps a Windows running until the tests end. Each program would start one otherwise, and whoever reads what it prints
/// would have to wait until that has ended too.
fn start_session(wine: &Path) -> Child {
    let silent = |arguments: &[&str]| {
        let mut command = wine_command(wine, arguments);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    // It reads commands from a pipe that nobody writes to, and ends with it.
    let session = silent(&["cmd"]).stdin(Stdio::piped()).spawn().unwrap();
    assert!(silent(&["cmd", "/c", "exit"]).status().unwrap().success());
    session
}

fn wine_command(wine: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(wine);
    command
        .env("WINEPREFIX", prefix())
        .env("WINEDEBUG", "-all")
        .args(arguments)
        .stdin(Stdio::null());
    command
}

fn prefix() -> String {
    workspace().join("target/tools/wine").display().to_string()
}

const BUILD: &str = "cargo build --release --target x86_64-pc-windows-gnu";
