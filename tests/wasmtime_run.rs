//! Stock `wasmtime run` runs the same command line: the profile in a preopened folder, the secret in the environment.
#![cfg(test)]

mod support;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Map, Value, json};
use support::{
    Emulator, GET_TOKEN, Outcome, PUBLIC_CLIENT, SECRET, Terminal, User, at_once, component,
    foreign_program, workspace,
};

/// A user who runs the command line under wasmtime.
struct Sandbox {
    wasmtime: PathBuf,
    user: User,
    /// The variables that it sees.
    variables: BTreeSet<&'static str>,
}

impl Sandbox {
    /// Nothing if wasmtime is not installed.
    fn of(mut user: User) -> Option<Self> {
        let wasmtime = foreign_program("wasmtime")?;
        user.set("AZURE_CLIENT_SECRET", SECRET);
        // Where wasmtime keeps what it compiled: one compilation for all tests.
        let cache = workspace().join("target/tools/cache");
        user.set("XDG_CACHE_HOME", cache.to_str().unwrap());
        Some(Self {
            wasmtime,
            user,
            variables: BTreeSet::from(["AZURE_CLIENT_SECRET"]),
        })
    }

    /// These variables too, and nothing of what was handed in before but the secret.
    fn hand_in(&mut self, variables: &[(&'static str, &str)]) {
        self.variables = BTreeSet::from(["AZURE_CLIENT_SECRET"]);
        for (name, value) in variables {
            self.variables.insert(name);
            self.user.set(name, value);
        }
    }

    fn command(&self, line: &str) -> Command {
        let mut command = self.user.foreign_command(&self.wasmtime);
        let folder = format!("{}::/config", self.user.config().display());
        command.args(["run", "-S", "http", "--dir", &folder]);
        // The name alone: the value comes from wasmtime's own environment and not over its command line.
        for name in &self.variables {
            command.args(["--env", name]);
        }
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

/// Cuts off what differs from call to call: correlation id, trace id, time, how long the tries took, and how much of the time
/// limit was left for an answer.
fn without_ids(error: &str) -> &str {
    [", correlation id ", " tries in ", " did not answer "]
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
    assert!(hint.contains("this sandbox knows no proxies"), "{hint}");
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
    let Some(mut sandbox) = Sandbox::of(User::new()) else {
        return;
    };
    let proxy = ("HTTPS_PROXY", "http://proxy.example:8080");
    let authorities = ("ENTRA_AUTH_CLI_CA_FILE", "ca.pem");
    let store = ("ENTRA_AUTH_CLI_SECRET_STORE", "keyring");
    for (settings, told) in [
        (&[proxy][..], "HTTPS_PROXY has no effect in this sandbox: "),
        (
            &[proxy, authorities, store],
            "HTTPS_PROXY, ENTRA_AUTH_CLI_CA_FILE and ENTRA_AUTH_CLI_SECRET_STORE have no effect in this sandbox: ",
        ),
        (&[("ENTRA_AUTH_CLI_SECRET_STORE", "none")], ""),
    ] {
        let line = "inspect eyJhbGciOiJSUzI1NiJ9.e30.c2ln";
        sandbox.hand_in(settings);
        sandbox.run(&format!("{line} --claims")).quiet_success();
        let outcome = sandbox.run(&format!("{line} --verbose"));
        let warnings: Vec<&str> = outcome
            .stderr
            .lines()
            .filter_map(|line| line.strip_prefix("warning: "))
            .filter(|warning| warning.contains("sandbox"))
            .collect();
        assert_eq!(warnings.len(), usize::from(!told.is_empty()), "{outcome:?}");
        for warning in warnings {
            assert!(warning.starts_with(told), "{outcome:?}");
            assert!(warning.ends_with("use the native program"), "{outcome:?}");
        }
    }
}

#[test]
fn what_an_engine_cannot_do_is_said_with_a_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let certificate_authority = folder.path().join("ca.pem");
    let tls = Emulator::start_tls(&certificate_authority);
    let plain = Emulator::start();
    let proxy = &[("HTTPS_PROXY", "http://127.0.0.1:1")][..];
    let authorities = &[("ENTRA_AUTH_CLI_CA_FILE", "/config/ca.pem")][..];
    let no_secret = &[("AZURE_CLIENT_SECRET", "")][..];
    let cases = [
        // Authority, settings, command line, exit code, words of the error, words of the hint.
        (
            "http://127.0.0.1:1",
            proxy,
            GET_TOKEN,
            5,
            "cannot connect to `127.0.0.1:1`",
            "HTTPS_PROXY has no effect in this sandbox",
        ),
        (
            "http://127.0.0.1:1",
            &[],
            GET_TOKEN,
            5,
            "cannot connect to `127.0.0.1:1`",
            "use the native program",
        ),
        (
            tls.authority(),
            authorities,
            GET_TOKEN,
            5,
            "could not prove who it is",
            "ENTRA_AUTH_CLI_CA_FILE has no effect in this sandbox",
        ),
        (
            tls.authority(),
            &[],
            GET_TOKEN,
            5,
            "could not prove who it is",
            "use the native program",
        ),
        (
            "http://127.0.0.1:1",
            no_secret,
            GET_TOKEN,
            4,
            "no secret is stored",
            "--env AZURE_CLIENT_SECRET",
        ),
        (
            "http://127.0.0.1:1",
            &[],
            "get-token -p demo",
            5,
            "`login.demo.invalid`",
            "the demo tenant lives in the native program",
        ),
        (
            "http://127.0.0.1:1",
            no_secret,
            "get-token -p person",
            2,
            "nobody is there",
            "-f DeviceCode",
        ),
        (
            "http://127.0.0.1:1",
            &[],
            "config create",
            4,
            "there is no terminal to ask on",
            "options",
        ),
        (
            "http://127.0.0.1:1",
            &[],
            "config create --name other --tenant-id contoso.onmicrosoft.com --client-id 99999999-8888-7777-6666-555555555555 --client-secret word --non-interactive",
            1,
            "this sandbox has no place for secrets",
            "AZURE_CLIENT_SECRET",
        ),
        (
            "http://127.0.0.1:1",
            &[],
            "config delete -p my-api-client",
            4,
            "there is no terminal to confirm",
            "--force",
        ),
        (
            plain.authority(),
            &[],
            "serve -p my-api-client -- true",
            5,
            "this sandbox listens nowhere",
            "the native program",
        ),
    ];
    at_once(
        cases,
        |(authority, settings, line, code, words, way_out)| {
            let user = User::with_profile(authority);
            let options = "--auth-method Public --scope api://your-api-id/access_as_user";
            user.create("person", PUBLIC_CLIENT, authority, options, "")
                .quiet_success();
            let Some(mut sandbox) = Sandbox::of(user) else {
                return;
            };
            sandbox.hand_in(settings);
            let outcome = sandbox.run(line);
            let lines: Vec<&str> = outcome.stderr.lines().collect();
            let [.., error, hint] = lines[..] else {
                panic!("{line}: {outcome:?}")
            };
            assert_eq!(outcome.code, code, "{line}: {outcome:?}");
            assert!(
                error.starts_with("error: ") && error.contains(words),
                "{line}: {outcome:?}"
            );
            assert!(
                hint.starts_with("hint: ") && hint.contains(way_out),
                "{line}: {outcome:?}"
            );
        },
    );
}

#[test]
fn a_secret_is_not_typed_where_it_would_be_shown() {
    let Some(sandbox) = Sandbox::of(User::new()) else {
        return;
    };
    let line = "config create --name mine --tenant-id contoso.onmicrosoft.com --client-id 99999999-8888-7777-6666-555555555555 \
                --client-secret - --no-color";
    let (shown, code) = Terminal::start(&sandbox.command(line)).finish();
    assert_eq!(code, 4, "{shown}");
    for line in [
        "error: the client secret cannot be asked for without being shown here",
        "hint: pipe it in",
    ] {
        assert!(shown.contains(line), "{shown}");
    }
}

#[test]
fn who_cannot_sign_in_in_a_browser_here_gets_a_code_for_another_device() {
    let emulator = Emulator::start();
    let user = User::new();
    let options = "--auth-method Public --scope api://your-api-id/access_as_user";
    user.create("person", PUBLIC_CLIENT, emulator.authority(), options, "")
        .quiet_success();
    let Some(sandbox) = Sandbox::of(user) else {
        return;
    };
    let line = "get-token -p person -f InteractiveBrowser --no-color";
    let mut terminal = Terminal::start(&sandbox.command(line));
    terminal.shown_until("Falling back to device code flow");
    terminal.shown_until("waiting for the code");
    emulator.control("device", &json!({"action": "decline"}));
    let (shown, code) = terminal.finish();
    assert_eq!(code, 2, "{shown}");
}

#[test]
fn a_copy_goes_nowhere_and_the_token_is_not_shown_instead() {
    let emulator = Emulator::start();
    let Some(sandbox) = Sandbox::of(User::with_profile(emulator.authority())) else {
        return;
    };
    let outcome = sandbox.run(&format!("{GET_TOKEN} --clipboard"));
    let (error, hint) = outcome.failure(1);
    assert_eq!(error, "this sandbox has no clipboard");
    assert!(hint.contains("leave `--clipboard` out"), "{hint}");
}
