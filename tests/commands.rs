//! One behaviour a file, and the file's name is the sentence: `tests/commands/*.txt`, run in the native program, in the one
//! for Windows, under `wasmtime run`, and on Node. Which host does what is the table of `docs/hosts.md`: the files decide it.
//!
//! ```text
//! # decides: a row of the table
//! # not in the sandbox: why
//! # not on Windows: why
//! # not on Node: why
//! # on Windows: a test that shows it there, in a file beside this one
//! # untried on Windows: why
//! $ a command line for bash
//! what stdout shows, with [..] for any text within a line
//! ! what stderr shows
//! ? the exit code, unless it is 0
//! ```
//!
//! `$AUTHORITY` is the emulator, `$SECRET` and `$CERTIFICATE` are those of its client; `$EMULATOR` starts another.
#![cfg(test)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use support::{
    Behaviour, Emulator, PROGRAM, SECRET, User, built, component, fits, foreign_program, workspace,
};

/// What runs the command line, in the order of the table's columns.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Host {
    Native,
    Windows,
    Sandbox,
    Node,
}

impl Host {
    /// How files call it.
    fn words(self) -> &'static str {
        match self {
            Self::Native => "in the native program",
            Self::Windows => "on Windows",
            Self::Sandbox => "in the sandbox",
            Self::Node => "on Node",
        }
    }

    /// Why the behaviour is not run here, in the words of the table; nothing if it is.
    fn exception(self, behaviour: &Behaviour) -> Option<String> {
        let words = self.words();
        let remark = |mark: &str| {
            Some(
                behaviour
                    .remarks(&format!("{mark}{words}: "))
                    .first()?
                    .to_string(),
            )
        };
        let elsewhere = remark("")
            .inspect(|test| assert_is_test(test))
            .map(|_| WORKS.to_owned());
        elsewhere
            .or_else(|| Some(format!("no: {}", remark("not ")?)))
            .or_else(|| Some(format!("untried: {}", remark("untried ")?)))
    }
}

/// What the table says where nothing speaks against it.
const WORKS: &str = "yes";

/// `a_test in a_file.rs` has to be there.
fn assert_is_test(test: &str) {
    let (name, file) = test.split_once(" in ").unwrap();
    let text = fs::read_to_string(workspace().join("tests").join(file)).unwrap();
    assert!(text.contains(&format!("#[test]\nfn {name}() {{")), "{test}");
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
    let certificate = workspace().join("host/emulator/key/client-credential/client.pfx");
    user.set("CERTIFICATE", certificate.to_str().unwrap());
    let tenant = Path::new(PROGRAM).with_file_name("entra-emulator");
    user.set("EMULATOR", tenant.to_str().unwrap());
    Some(user)
}

/// A program of the same name that runs the component under wasmtime.
fn sandbox(user: &mut User) -> Option<PathBuf> {
    let wasmtime = foreign_program("wasmtime")?;
    let variables = HANDED_IN.map(|name| format!("--env {name}")).join(" ");
    let program = user.script(&format!(
        "{} run -S http --dir {}::/config --dir .::. {variables} {}",
        wasmtime.display(),
        user.config().display(),
        component("entra-auth-cli.wasm").display(),
    ));
    // There is no store: the secret comes from the environment, and so does the key for the cache.
    user.set("AZURE_CLIENT_SECRET", SECRET);
    user.set(
        "ENTRA_AUTH_CLI_CACHE_KEY",
        &user.run("cache-key").quiet_success(),
    );
    let cache = workspace().join("target/tools/cache");
    user.set("XDG_CACHE_HOME", cache.to_str().unwrap());
    Some(program)
}

/// What a pipeline hands in where it is set.
const HANDED_IN: [&str; 8] = [
    "AZURE_AUTHORITY_HOST",
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
    "AZURE_CLIENT_CERTIFICATE_PATH",
    "AZURE_CLIENT_ID",
    "AZURE_CLIENT_SECRET",
    "AZURE_FEDERATED_TOKEN_FILE",
    "AZURE_TENANT_ID",
    "ENTRA_AUTH_CLI_CACHE_KEY",
];

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
    let behaviours = Behaviour::all();
    let mut wrong = Vec::new();
    let mut rows: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for behaviour in &behaviours {
        let exception = host.exception(behaviour);
        if exception.is_none() {
            let emulator = Emulator::start();
            let Some(user) = user(host, &emulator) else {
                return;
            };
            wrong.extend(behaviour.failure(&user));
        }
        for row in behaviour.remarks("decides: ") {
            let cell = exception.clone().unwrap_or_else(|| WORKS.to_owned());
            rows.entry(row).or_default().insert(cell);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(behaviours.len() > 30, "only {} files", behaviours.len());
    compare(host, &rows);
}

/// The table says of this host what was seen.
fn compare(host: Host, seen: &BTreeMap<&str, BTreeSet<String>>) {
    let page = fs::read_to_string(workspace().join("docs/hosts.md")).unwrap();
    let table = page
        .split("\n\n")
        .find(|part| part.starts_with("| what | native |"));
    let rows = table.unwrap().lines().skip(2).map(|row| {
        let cells: Vec<&str> = row.trim_matches(['|', ' ']).split(" | ").collect();
        let [what, cells @ ..] = &cells[..] else {
            panic!("{row}")
        };
        (*what, cells[host as usize])
    });
    let said: BTreeMap<&str, &str> = rows.collect();
    let seen: BTreeMap<&str, String> = seen
        .iter()
        .map(|(row, cells)| (*row, cells.iter().cloned().collect::<Vec<_>>().join("; ")))
        .collect();
    for (row, cell) in &seen {
        // Not by a macro of the standard library: the test harness would hide it.
        writeln!(std::io::stderr(), "{}: {row}: {cell}", host.words()).unwrap();
    }
    let seen: BTreeMap<&str, &str> = seen
        .iter()
        .map(|(row, cell)| (*row, cell.as_str()))
        .collect();
    assert_eq!(said, seen, "docs/hosts.md, {}", host.words());
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
