//! Manual pages and the page about variables, files and exit codes: each says what the program does, and all of it.
#![cfg(test)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::process::Stdio;

use support::{User, foreign_program, sources, workspace};

const COMMANDS: &[&str] = &[
    "",
    "get-token",
    "refresh",
    "inspect",
    "status",
    "discover",
    "config",
    "config create",
    "config delete",
    "config edit",
    "config export",
    "config import",
    "config list",
    "config migrate",
    "config show",
    "proxy",
    "serve",
    "clear-cache",
    "cache-key",
    "completion",
    "man-page",
];

#[test]
fn every_manual_page_is_read_without_a_warning() {
    let Some(groff) = foreign_program("groff") else {
        return;
    };
    let user = User::new();
    for command in COMMANDS {
        let page = user.run(&format!("man-page {command}")).quiet_success();
        let mut reader = user.foreign_command(&groff);
        let reader = reader.args(["-man", "-Tutf8", "-ww"]);
        let streams = reader.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut reader = streams.stderr(Stdio::piped()).spawn().unwrap();
        let mut stdin = reader.stdin.take().unwrap();
        stdin.write_all(page.as_bytes()).unwrap();
        drop(stdin);
        let output = reader.wait_with_output().unwrap();
        let complaints = String::from_utf8_lossy(&output.stderr);
        assert_eq!(complaints, "", "{command}");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let expected = command.split(' ').next_back().unwrap();
        assert!(text.contains(expected), "{command}: {text}");
    }
    assert_eq!(user.run("man-page nonsense").code, 4);
}

/// Of Azure's libraries: known here only so that programs that are started do not inherit it.
const UNREAD: &str = "AZURE_PASSWORD";

#[test]
fn every_variable_is_documented() {
    let known =
        fs::read_to_string(workspace().join("host/native/src/system/known_variables.rs")).unwrap();
    let mut names: BTreeSet<String> = known
        .lines()
        .filter_map(|line| {
            let line = line.trim().strip_suffix("\"),")?;
            let (function, name) = line.split_once("(\"")?;
            let is_row = ["plain", "secret", "secret_elsewhere"].contains(&function);
            is_row.then(|| name.to_owned())
        })
        .collect();
    assert!(names.len() > 30, "{names:?}");
    for folder in ["host/native/src", "component/cli/src"] {
        for file in sources(&workspace().join(folder)) {
            let text = fs::read_to_string(&file).unwrap();
            // Names stand in quotation marks or in hints.
            let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
            let own = words.filter(|word| word.starts_with("ENTRA_AUTH_CLI_") && word.len() > 15);
            names.extend(own.map(str::to_owned));
        }
    }
    names.remove(UNREAD);
    let page = fs::read_to_string(workspace().join("docs/environment.md")).unwrap();
    let manual = User::new().run("man-page").quiet_success();
    let manual = manual.replace("\\fB", " ").replace("\\fR", " ");
    let told = |text: &str| -> BTreeSet<String> {
        let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        words.map(str::to_owned).collect()
    };
    let (page, manual) = (told(&page), told(&manual));
    for name in names {
        assert!(page.contains(&name), "docs/environment.md lacks {name}");
        assert!(manual.contains(&name), "the manual page lacks {name}");
    }
}

#[test]
fn the_page_has_the_exit_codes_of_the_help() {
    let help = User::new().run("--help").quiet_success();
    let page = fs::read_to_string(workspace().join("docs/environment.md")).unwrap();
    for code in 0..=6 {
        assert!(help.contains(&format!("\n  {code}  ")), "{help}");
        assert!(page.contains(&format!("\n| {code} | ")), "{code}");
    }
}
