//! One behaviour a file, and the file's name is the sentence: `tests/commands/*.txt`, run in the native program, in the one
//! for Windows, under `wasmtime run`, and on Node.
//!
//! ```text
//! # not in the sandbox: why
//! # not on Windows: why
//! # not on Node: why
//! $ a command line for bash
//! what stdout shows, with [..] for any text within a line
//! ! what stderr shows
//! ? the exit code, unless it is 0
//! ```
//!
//! `$AUTHORITY` is the emulator.
#![cfg(test)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::{Emulator, Outcome, SECRET, User, built, component, foreign_program, workspace};

/// A command line and what it has to do.
#[derive(Default)]
struct Step {
    command: String,
    stdout: Vec<String>,
    stderr: Vec<String>,
    code: i32,
}

fn steps(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some(command) = line.strip_prefix("$ ") {
            let command = command.to_owned();
            steps.push(Step {
                command,
                ..Step::default()
            });
            continue;
        }
        let step = steps.last_mut().expect("a command comes first");
        if let Some(code) = line.strip_prefix("? ") {
            step.code = code.parse().unwrap();
        } else if let Some(line) = line.strip_prefix("! ") {
            step.stderr.push(line.to_owned());
        } else {
            step.stdout.push(line.to_owned());
        }
    }
    steps
}

/// Whether a line is as it was expected, `[..]` being any text.
fn fits(pattern: &str, line: &str) -> bool {
    let Some((beginning, rest)) = pattern.split_once("[..]") else {
        return pattern == line;
    };
    let Some(line) = line.strip_prefix(beginning) else {
        return false;
    };
    let mut ends = (0..=line.len()).filter(|end| line.is_char_boundary(*end));
    ends.any(|end| fits(rest, &line[end..]))
}

fn all_fit(patterns: &[String], text: &str) -> bool {
    let lines: Vec<&str> = text.lines().collect();
    lines.len() == patterns.len()
        && patterns
            .iter()
            .zip(lines)
            .all(|(pattern, line)| fits(pattern, line))
}

/// What runs the command line.
#[derive(Clone, Copy)]
enum Host {
    Native,
    Node,
    Sandbox,
    Windows,
}

impl Host {
    /// True if the file says that it is not for this host.
    fn is_left_out(self, file: &str) -> bool {
        let exception = match self {
            Self::Native => return false,
            Self::Node => "# not on Node: ",
            Self::Sandbox => "# not in the sandbox: ",
            Self::Windows => "# not on Windows: ",
        };
        file.lines().any(|line| line.starts_with(exception))
    }
}

fn user(host: Host, emulator: &Emulator) -> Option<User> {
    let mut user = match host {
        Host::Windows => User::on_windows()?,
        Host::Native | Host::Node | Host::Sandbox => User::new(),
    };
    user.create_profile(emulator.authority(), SECRET);
    let program = match host {
        Host::Node => node(&user)?,
        Host::Sandbox => sandbox(&mut user)?,
        Host::Native | Host::Windows => user.program().to_owned(),
    };
    let folder = program.parent().unwrap().display();
    let path = format!("{folder}:{}", std::env::var("PATH").unwrap());
    user.set("PATH", &path);
    user.set("AUTHORITY", emulator.authority());
    user.set("SECRET", SECRET);
    Some(user)
}

/// A program of the same name that runs the component under wasmtime.
fn sandbox(user: &mut User) -> Option<PathBuf> {
    let wasmtime = foreign_program("wasmtime")?;
    let program = user.script(&format!(
        "{} run -S http --dir {}::/config --dir .::. --env AZURE_CLIENT_SECRET --env AZURE_CLIENT_ID \
         --env AZURE_TENANT_ID --env AZURE_AUTHORITY_HOST {}",
        wasmtime.display(),
        user.config().display(),
        component("entra-auth-cli.wasm").display(),
    ));
    // There is no store: the secret comes from the environment.
    user.set("AZURE_CLIENT_SECRET", SECRET);
    let cache = workspace().join("target/tools/cache");
    user.set("XDG_CACHE_HOME", cache.to_str().unwrap());
    Some(program)
}

/// A program of the same name that runs the npm package, for the same user: what it stores, the native program would find.
fn node(user: &User) -> Option<PathBuf> {
    let node = foreign_program("node")?;
    let package = built("target/node-package/command.js", "node node-shim/build.js")?;
    Some(user.script(&format!("{} {}", node.display(), package.display())))
}

fn run(host: Host) {
    if foreign_program("jq").is_none() || foreign_program("curl").is_none() {
        return;
    }
    let mut files: Vec<PathBuf> = fs::read_dir(workspace().join("tests/commands"))
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    let mut wrong = Vec::new();
    for file in &files {
        let text = fs::read_to_string(file).unwrap();
        if host.is_left_out(&text) {
            continue;
        }
        let emulator = Emulator::start();
        let Some(user) = user(host, &emulator) else {
            return;
        };
        for step in steps(&text) {
            let mut shell = user.foreign_command(Path::new("bash"));
            let outcome = Outcome::of(shell.args(["-c", &step.command]).output().unwrap());
            let is_right = outcome.code == step.code
                && all_fit(&step.stdout, &outcome.stdout)
                && all_fit(&step.stderr, &outcome.stderr);
            if !is_right {
                let name = file.file_stem().unwrap().to_str().unwrap();
                wrong.push(format!("{name}\n$ {}\n{outcome:#?}", step.command));
                break;
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(files.len() > 30, "only {} files", files.len());
}

#[test]
fn every_behaviour_in_the_native_program() {
    run(Host::Native);
}

#[test]
fn every_behaviour_under_wasmtime() {
    run(Host::Sandbox);
}

#[test]
fn every_behaviour_on_node() {
    run(Host::Node);
}

#[test]
fn every_behaviour_on_windows() {
    run(Host::Windows);
}

#[test]
fn a_pattern_stands_for_what_it_says() {
    for (pattern, line, expected) in [
        ("a", "a", true),
        ("a", "ab", false),
        ("a[..]", "abc", true),
        ("[..]c", "abc", true),
        ("a[..]b[..]c", "axbybzc", true),
        ("a[..]c", "ab", false),
        ("[..]", "", true),
    ] {
        assert_eq!(fits(pattern, line), expected, "{pattern} {line}");
    }
}
