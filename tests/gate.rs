//! The gate holds: token logic gone bad reaches no host but the permitted authority's, natively and under stock
//! `wasmtime run`.
#![cfg(test)]

mod support;

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use support::{Emulator, Outcome, User, foreign_program, workspace};

/// A host that nobody permitted: it listens, and remembers whether somebody came.
struct Stranger(TcpListener);

impl Stranger {
    fn listen() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    fn origin(&self) -> String {
        format!("http://{}", self.0.local_addr().unwrap())
    }

    fn was_visited(&self) -> bool {
        self.0.accept().is_ok()
    }
}

fn natively(user: &User, line: &str) -> Outcome {
    let mut command = user.foreign_command(Path::new(env!("CARGO_BIN_EXE_trespasser")));
    Outcome::of(command.args(line.split_whitespace()).output().unwrap())
}

fn under_wasmtime(user: &User, line: &str, wasmtime: &Path) -> Outcome {
    let mut command: Command = user.foreign_command(wasmtime);
    let folder = format!("{}::/config", user.config().display());
    command.args(["run", "-S", "http", "--dir", &folder]);
    command.arg(workspace().join("target/trespasser/entra-auth-cli.wasm"));
    Outcome::of(command.args(line.split_whitespace()).output().unwrap())
}

fn check(run: impl Fn(&User, &str) -> Outcome) {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let to = |origin: &str| format!("get-token -p my-api-client --scope {origin}/.default");

    let permitted = run(&user, &to(emulator.authority()));
    assert_eq!(permitted.quiet_success(), "reached\n");

    let stranger = Stranger::listen();
    let refused = run(&user, &to(&stranger.origin()));
    assert!(
        refused.stderr.contains("HttpRequestDenied"),
        "{}",
        refused.stderr
    );
    assert_eq!(refused.stdout, "");
    assert!(!stranger.was_visited());
}

#[test]
fn a_host_that_the_profile_does_not_permit_is_refused_natively() {
    check(natively);
}

#[test]
fn a_host_that_the_profile_does_not_permit_is_refused_under_wasmtime() {
    let Some(wasmtime) = foreign_program("wasmtime") else {
        return;
    };
    check(|user, line| under_wasmtime(user, line, &wasmtime));
}
