//! Stock `wasmtime run` runs the same command line: the profile in a preopened folder, the secret in the environment.
#![cfg(test)]

mod support;

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Map, Value, json};
use support::{
    Emulator, GET_TOKEN, Outcome, SECRET, User, at_once, component, foreign_program, workspace,
};

/// A user who runs the command line under wasmtime.
struct Sandbox {
    wasmtime: PathBuf,
    user: User,
}

impl Sandbox {
    /// Nothing if wasmtime is not installed.
    fn of(mut user: User) -> Option<Self> {
        let wasmtime = foreign_program("wasmtime")?;
        user.set("AZURE_CLIENT_SECRET", SECRET);
        // Where wasmtime keeps what it compiled: one compilation for all tests.
        let cache = workspace().join("target/tools/cache");
        user.set("XDG_CACHE_HOME", cache.to_str().unwrap());
        Some(Self { wasmtime, user })
    }

    fn command(&self, line: &str) -> Command {
        let mut command = self.user.foreign_command(&self.wasmtime);
        let folder = format!("{}::/config", self.user.config().display());
        command.args(["run", "-S", "http", "--dir", &folder]);
        // The name alone: the value comes from wasmtime's own environment and not over its command line.
        command.args(["--env", "AZURE_CLIENT_SECRET"]);
        command
            .arg(component("entra-auth-cli.wasm"))
            .args(line.split_whitespace());
        command
    }

    fn run(&self, line: &str) -> Outcome {
        Outcome::of(self.command(line).output().unwrap())
    }
}

#[test]
fn a_token_is_the_same_as_the_native_programs() {
    let emulator = Emulator::start();
    let Some(sandbox) = Sandbox::of(User::with_profile(emulator.authority())) else {
        return;
    };
    let token = sandbox.run(GET_TOKEN).quiet_success();
    let native = sandbox.user.run(GET_TOKEN).quiet_success();
    assert_eq!(
        lasting_claims(&sandbox.user, &token),
        lasting_claims(&sandbox.user, &native)
    );

    let [sandboxed, native] = &emulator.requests()[..] else {
        panic!("two requests were expected")
    };
    for part in ["method", "path", "query", "form"] {
        assert_eq!(sandboxed[part], native[part]);
    }
}

/// What does not change from token to token.
fn lasting_claims(user: &User, token: &str) -> Map<String, Value> {
    let text = user.run_with("inspect - --claims", token).quiet_success();
    let mut claims: Map<String, Value> = serde_json::from_str(&text).unwrap();
    for name in ["exp", "iat", "nbf", "uti", "aio"] {
        claims.remove(name);
    }
    assert_eq!(claims["aud"], "api://your-api-id");
    claims
}

#[test]
fn a_token_can_be_piped_into_inspect() {
    let emulator = Emulator::start();
    let Some(sandbox) = Sandbox::of(User::with_profile(emulator.authority())) else {
        return;
    };
    let token = sandbox.run(GET_TOKEN).quiet_success();
    let line = "inspect - --claims";
    let shown = Outcome::of_fed(sandbox.command(line), &token).quiet_success();
    assert_eq!(shown, sandbox.user.run_with(line, &token).quiet_success());
}

#[test]
fn what_needs_no_network_reads_the_same() {
    let emulator = Emulator::start();
    let Some(sandbox) = Sandbox::of(User::with_profile(emulator.authority())) else {
        return;
    };
    for line in [
        "--version",
        "--help",
        "get-token --help",
        "config list",
        "config list --json",
    ] {
        let (sandboxed, native) = (sandbox.run(line), sandbox.user.run(line));
        assert_eq!(sandboxed.quiet_success(), native.quiet_success(), "{line}");
    }
}

#[test]
fn failures_have_the_same_lines_and_the_same_exit_codes() {
    let hurried = format!("{GET_TOKEN} --timeout 1s");
    let cases = [
        ("get-token --nonsense", Value::Null, 4),
        ("get-token -p nobody", Value::Null, 3),
        ("inspect hello", Value::Null, 4),
        (
            GET_TOKEN,
            json!({"status": 401, "error": "invalid_client", "code": 7_000_215}),
            2,
        ),
        (GET_TOKEN, json!({"status": 429, "retry_after": "2"}), 5),
        (GET_TOKEN, json!({"body": "html"}), 5),
        (GET_TOKEN, json!({"body": "huge"}), 5),
        (GET_TOKEN, json!({"body": "truncated"}), 5),
        (&hurried, json!({"delay_ms": 20_000}), 6),
    ];
    at_once(cases, |(line, fault, code)| {
        let emulator = Emulator::start();
        let Some(sandbox) = Sandbox::of(User::with_profile(emulator.authority())) else {
            return;
        };
        if !fault.is_null() {
            emulator.fail_with(&fault);
        }
        let (sandboxed, native) = (sandbox.run(line), sandbox.user.run(line));
        let (error, hint) = sandboxed.failure(code);
        let (native_error, native_hint) = native.failure(code);
        assert_eq!(
            without_ids(error),
            without_ids(native_error),
            "{line} {fault}"
        );
        assert_eq!(hint, native_hint, "{line} {fault}");
    });
}

/// Cuts off what differs from call to call: correlation id, trace id, time, and how long the tries took.
fn without_ids(error: &str) -> &str {
    [", correlation id ", " tries in "]
        .iter()
        .filter_map(|mark| error.split_once(mark))
        .map(|(before, _)| before)
        .min_by_key(|before| before.len())
        .unwrap_or(error)
}

#[test]
fn an_authority_that_nobody_serves_reads_the_same() {
    let Some(sandbox) = Sandbox::of(User::with_profile("http://127.0.0.1:1")) else {
        return;
    };
    let (sandboxed, native) = (sandbox.run(GET_TOKEN), sandbox.user.run(GET_TOKEN));
    // What the engine does not tell, and what has no effect in it, is the difference.
    let what = "cannot connect to `127.0.0.1:1`";
    for outcome in [&sandboxed, &native] {
        assert!(outcome.failure(5).0.starts_with(what), "{outcome:?}");
    }
    let (_, hint) = sandboxed.failure(5);
    assert!(hint.contains("in this sandbox HTTPS_PROXY"), "{hint}");
}

#[test]
fn without_a_folder_the_error_says_how_to_preopen_one() {
    let Some(sandbox) = Sandbox::of(User::new()) else {
        return;
    };
    let mut command = sandbox.user.foreign_command(&sandbox.wasmtime);
    command
        .args(["run", "-S", "http"])
        .arg(component("entra-auth-cli.wasm"));
    let outcome = Outcome::of(command.args(GET_TOKEN.split(' ')).output().unwrap());
    assert!(outcome.failure(1).1.contains("--dir"), "{outcome:?}");
}

#[test]
fn a_proxy_is_served_by_the_engine_and_not_by_the_command_line() {
    let Some(sandbox) = Sandbox::of(User::new()) else {
        return;
    };
    let file = sandbox.user.config().join("proxy.toml");
    std::fs::write(file, "version = 1").unwrap();
    for line in [
        "proxy --config /config/proxy.toml",
        "proxy --config /config/proxy.toml --check",
    ] {
        let outcome = sandbox.run(line);
        let (error, hint) = outcome.failure(5);
        assert_eq!(error, "this sandbox serves no proxy");
        assert!(hint.contains("wasmtime serve -S cli"), "{hint}");
    }
}

#[test]
fn settings_that_do_nothing_here_are_told_to_whoever_looks() {
    let Some(sandbox) = Sandbox::of(User::new()) else {
        return;
    };
    let run = |option: &str| {
        let mut command = sandbox.user.foreign_command(&sandbox.wasmtime);
        command.args([
            "run",
            "--env",
            "HTTPS_PROXY=http://proxy.example:8080",
            "-S",
            "http",
        ]);
        command.arg(component("entra-auth-cli.wasm"));
        command.args(["inspect", "eyJhbGciOiJSUzI1NiJ9.e30.c2ln", option]);
        Outcome::of(command.output().unwrap())
    };
    run("--claims").quiet_success();
    let told = run("--verbose");
    assert!(
        told.stderr
            .contains("warning: HTTPS_PROXY has no effect in this sandbox"),
        "{told:?}"
    );
    told.success();
}
