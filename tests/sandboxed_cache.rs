//! Tokens that are kept under stock `wasmtime run`: with a key from the environment, in a preopened folder, shared with the native
//! program.
#![cfg(test)]

mod support;

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use serde_json::json;
use support::{Emulator, GET_TOKEN, Outcome, SECRET, User, component, foreign_program, workspace};

/// A user with a key for the cache, who has wasmtime too.
struct Keyed {
    user: User,
    wasmtime: PathBuf,
}

impl Keyed {
    /// Nothing if wasmtime is not installed.
    fn at(emulator: &Emulator) -> Option<Self> {
        let wasmtime = foreign_program("wasmtime")?;
        let mut user = User::with_profile(emulator.authority());
        let key = user.run("cache-key").quiet_success();
        user.set("ENTRA_AUTH_CLI_CACHE_KEY", &key);
        user.set("AZURE_CLIENT_SECRET", SECRET);
        // Where wasmtime keeps what it compiled.
        let compiled = workspace().join("target/tools/cache");
        user.set("XDG_CACHE_HOME", compiled.to_str().unwrap());
        Some(Self { user, wasmtime })
    }

    fn sandbox(&self, line: &str) -> Command {
        let mut command = self.user.foreign_command(&self.wasmtime);
        let folder = format!("{}::/config", self.user.config().display());
        command.args(["run", "-S", "http", "--dir", &folder]);
        for name in ["AZURE_CLIENT_SECRET", "ENTRA_AUTH_CLI_CACHE_KEY"] {
            command.args(["--env", name]);
        }
        command.arg(component("entra-auth-cli.wasm"));
        command.args(line.split(' '));
        command
    }

    fn run(&self, line: &str) -> Outcome {
        Outcome::of(self.sandbox(line).output().unwrap())
    }

    fn start(&self, line: &str) -> Child {
        let mut command = self.sandbox(line);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    }

    /// The files of the cache with this ending.
    fn files(&self, ending: &str) -> Vec<PathBuf> {
        let files = self.user.files().into_keys();
        files
            .filter(|path| path.to_str().unwrap().ends_with(ending))
            .collect()
    }
}

#[test]
fn a_token_is_kept_and_shared_with_the_native_program() {
    let emulator = Emulator::start();
    let Some(keyed) = Keyed::at(&emulator) else {
        return;
    };
    let token = keyed.run(GET_TOKEN).quiet_success();
    assert_eq!(keyed.run(GET_TOKEN).quiet_success(), token);
    assert_eq!(keyed.user.run(GET_TOKEN).quiet_success(), token);
    assert_eq!(emulator.requests().len(), 1);

    let newer = keyed
        .user
        .run(&format!("{GET_TOKEN} --force"))
        .quiet_success();
    assert_ne!(newer, token);
    assert_eq!(keyed.run(GET_TOKEN).quiet_success(), newer);

    keyed.run("clear-cache -p my-api-client").quiet_success();
    assert_eq!(keyed.files(".token"), Vec::<PathBuf>::new());
    assert_ne!(keyed.user.run(GET_TOKEN).quiet_success(), newer);
}

#[test]
fn nobody_opens_it_without_the_key() {
    let emulator = Emulator::start();
    let Some(mut keyed) = Keyed::at(&emulator) else {
        return;
    };
    let token = keyed.run(GET_TOKEN).quiet_success();
    let file = &keyed.files(".token")[0];
    let sealed = fs::read(file).unwrap();
    assert!(
        !sealed
            .windows(20)
            .any(|part| token.as_bytes().starts_with(part))
    );

    let other = keyed.user.run("cache-key").quiet_success();
    keyed.user.set("ENTRA_AUTH_CLI_CACHE_KEY", &other);
    assert_ne!(keyed.run(GET_TOKEN).quiet_success(), token);

    // A file that was changed is as good as none.
    fs::write(file, b"EATC\x01 nonsense").unwrap();
    keyed.run(GET_TOKEN).quiet_success();
    assert_eq!(emulator.requests().len(), 3);
}

#[test]
fn what_is_no_key_is_told_and_costs_no_token() {
    let emulator = Emulator::start();
    let Some(mut keyed) = Keyed::at(&emulator) else {
        return;
    };
    keyed.user.set("ENTRA_AUTH_CLI_CACHE_KEY", "secret");
    for run in [Keyed::run, |keyed: &Keyed, line: &str| keyed.user.run(line)] {
        let outcome = run(&keyed, &format!("{GET_TOKEN} -v"));
        assert!(
            outcome.stderr.contains(
                "tokens are not cached: `ENTRA_AUTH_CLI_CACHE_KEY` is not 32 bytes in base64"
            ),
            "{outcome:?}"
        );
        outcome.success();
    }
    assert_eq!(keyed.files(".token"), Vec::<PathBuf>::new());
}

#[test]
fn of_many_engines_one_asks_the_server() {
    let emulator = Emulator::start();
    let Some(keyed) = Keyed::at(&emulator) else {
        return;
    };
    emulator.fail_with(&json!({"delay_ms": 300}));
    let engines: Vec<_> = (0..16).map(|_| keyed.start(GET_TOKEN)).collect();
    let tokens: Vec<_> = engines
        .into_iter()
        .map(|engine| Outcome::of(engine.wait_with_output().unwrap()).quiet_success())
        .collect();
    assert!(tokens.iter().all(|token| *token == tokens[0]));
    assert_eq!(emulator.requests().len(), 1);
    assert_eq!(keyed.files(".lease"), Vec::<PathBuf>::new());
    assert_eq!(keyed.files(".new"), Vec::<PathBuf>::new());
}

#[test]
fn one_that_was_killed_blocks_nobody_for_long() {
    let emulator = Emulator::start();
    let Some(keyed) = Keyed::at(&emulator) else {
        return;
    };
    emulator.fail_with(&json!({"delay_ms": 20_000}));
    let mut engine = keyed.start(GET_TOKEN);
    while emulator.requests().is_empty() {
        sleep(Duration::from_millis(20));
    }
    engine.kill().unwrap();
    engine.wait().unwrap();
    emulator.reset();

    // For a while nobody can know that it is gone.
    keyed.run(&format!("{GET_TOKEN} --timeout 1s")).failure(6);
    assert_eq!(emulator.requests().len(), 0);

    // Later it has ended, and so has what the engine had begun to write.
    let lease = &keyed.files(".lease")[0];
    let begun = lease.with_file_name(".entry.token.1.new");
    fs::copy(lease, &begun).unwrap();
    let before = SystemTime::now() - Duration::from_secs(16);
    for file in [lease, &begun] {
        let file = File::options().write(true).open(file).unwrap();
        file.set_modified(before).unwrap();
    }
    let token = keyed.run(GET_TOKEN).quiet_success();
    assert_eq!(keyed.run(GET_TOKEN).quiet_success(), token);
    assert_eq!(emulator.requests().len(), 1);
    assert_eq!(keyed.files(".lease"), Vec::<PathBuf>::new());
    assert_eq!(keyed.files(".new"), Vec::<PathBuf>::new());
}
