//! What errors advise to run is run here: every command that a message names does what was promised, and every option
//! that one names exists.
#![cfg(test)]

mod support;

use std::collections::BTreeSet;
use std::fs;

use support::{CLIENT_ID, Emulator, GET_TOKEN, SECRET, Terminal, User, sources, workspace};

/// How it is seen that a command does what was promised.
enum Seen {
    /// It succeeds, and stdout has this in it.
    Prints(&'static str),
    /// It succeeds once it was given this on stdin.
    Takes(&'static str),
    /// It begins with this question.
    Asks(&'static str),
}
use Seen::{Asks, Prints, Takes};

/// As they stand in the sources, with what was put in for the braces.
const COMMANDS: &[(&str, &str, Seen)] = &[
    ("entra-auth-cli", "", Prints("Usage")),
    ("entra-auth-cli cache-key", "", Prints("=")),
    ("entra-auth-cli clear-cache", "", Prints("")),
    ("entra-auth-cli clear-cache --all", "", Prints("")),
    (
        "entra-auth-cli config {word}",
        "export",
        Prints("my-api-client"),
    ),
    ("entra-auth-cli config create", "", Asks("Profile name: ")),
    (
        "entra-auth-cli config create -p {} --force",
        "my-api-client",
        Asks("Tenant ID: "),
    ),
    (
        "entra-auth-cli config edit --certificate-password -",
        "",
        Takes("emulator"),
    ),
    (
        "entra-auth-cli config edit --client-secret -",
        "",
        Takes(SECRET),
    ),
    (
        "entra-auth-cli config edit -p {name} --client-secret -",
        "my-api-client",
        Takes(SECRET),
    ),
    (
        "entra-auth-cli config edit -p {profile} {option} -",
        "my-api-client --client-secret",
        Takes(SECRET),
    ),
    (
        "entra-auth-cli config edit -p {}",
        "my-api-client",
        Asks("Change (1-11, q): "),
    ),
    ("entra-auth-cli config export", "", Prints("my-api-client")),
    ("entra-auth-cli get-token", "", Prints("eyJ")),
    ("entra-auth-cli get-token -p demo", "", Prints("eyJ")),
    (
        "entra-auth-cli status",
        "",
        Prints("Status:      valid for"),
    ),
];

#[test]
fn every_command_that_a_message_names_does_what_was_promised() {
    let named: BTreeSet<String> = quoted("entra-auth-cli");
    let tried: BTreeSet<String> = COMMANDS
        .iter()
        .map(|(line, _, _)| (*line).to_owned())
        .collect();
    assert_eq!(named, tried);
    for (line, values, seen) in COMMANDS {
        let emulator = Emulator::start();
        let user = match line.contains("certificate") {
            true => with_certificate(emulator.authority()),
            false => User::with_profile(emulator.authority()),
        };
        if line.ends_with("status") {
            user.run(GET_TOKEN).quiet_success();
        }
        let line = line.strip_prefix("entra-auth-cli").unwrap();
        let line = filled(line, values);
        match seen {
            Prints(text) => {
                let stdout = user.run(&line).quiet_success();
                assert!(stdout.contains(text), "{line}: {stdout}");
            }
            Takes(text) => {
                user.run_with(&line, text).quiet_success();
            }
            Asks(question) => {
                let mut terminal = Terminal::start(&user.command(&line));
                terminal.shown_until(question);
            }
        }
    }
}

#[test]
fn every_option_that_a_message_names_exists() {
    let user = User::new();
    let mut known = BTreeSet::new();
    for command in [
        "",
        "get-token",
        "refresh",
        "inspect",
        "status",
        "discover",
        "clear-cache",
        "proxy",
        "serve",
        "config create",
        "config delete",
        "config edit",
        "config export",
        "config import",
        "config list",
        "config migrate",
        "config show",
    ] {
        let help = user.run(&format!("{command} --help")).quiet_success();
        let words = help.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
        known.extend(
            words
                .filter(|word| word.starts_with("--"))
                .map(str::to_owned),
        );
    }
    for quoted in quoted("--") {
        let option = quoted.split([' ', '=']).next().unwrap();
        let is_option = option.trim_start_matches('-').len() + 2 == option.len();
        let is_ours = is_option && !option.contains('{') && !OF_WASMTIME.contains(&option);
        let is_known = !is_ours || known.contains(option);
        assert!(is_known, "`{quoted}`");
    }
}

/// Named where the sandbox lacks a folder, or a secret.
const OF_WASMTIME: [&str; 2] = ["--dir", "--env"];

/// Somebody whose only profile proves itself by a file under a password.
fn with_certificate(authority: &str) -> User {
    let user = User::new();
    let path = workspace().join("host/emulator/key/client-credential/client.pfx");
    let options = format!(
        "--scope api://your-api-id/.default --certificate-password - --certificate-path {}",
        path.display()
    );
    user.create("by-pfx", CLIENT_ID, authority, &options, "emulator")
        .quiet_success();
    user
}

fn filled(line: &str, values: &str) -> String {
    let mut values = values.split(' ');
    let words = line
        .split_whitespace()
        .map(|word| match word.starts_with('{') {
            true => values.next().unwrap(),
            false => word,
        });
    words.collect::<Vec<_>>().join(" ")
}

/// What stands between backticks in the sources, outside of comments and tests, and begins like this.
fn quoted(beginning: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for folder in ["component", "host/native/src"] {
        for file in sources(&workspace().join(folder)) {
            let text = fs::read_to_string(&file).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            let lines = code.lines().map(str::trim_start);
            for line in lines.filter(|line| !line.starts_with("//")) {
                let inner = line.split('`').skip(1).step_by(2);
                let meant = inner.filter(|text| text.starts_with(beginning));
                found.extend(meant.map(str::to_owned));
            }
        }
    }
    found
}
