//! Where the program runs: systems that forbid things, limits, closed streams, signals, homes of others.
#![cfg(test)]

mod support;

use std::fs;
use std::io::Read;
use std::os::unix::fs::{MetadataExt, chown, symlink};
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, geteuid, kill_process};
use support::{CLIENT_ID, Emulator, GET_TOKEN, Outcome, PROGRAM, SECRET, User, foreign_program};

/// Runs `script` in a shell, where `$0` is the program.
fn in_shell(user: &User, script: &str) -> Outcome {
    let mut shell = user.foreign_command(Path::new("/bin/sh"));
    Outcome::of(shell.args(["-c", script, PROGRAM]).output().unwrap())
}

/// As under systemd's `MemoryDenyWriteExecute=yes` (`PR_SET_MDWE`, prctl(2)).
#[cfg(target_os = "linux")]
#[test]
fn it_runs_where_memory_may_not_become_executable() {
    const FORBID: &str = "import ctypes, os, sys\n\
        sys.exit(77) if ctypes.CDLL(None).prctl(65, 1, 0, 0, 0) else os.execv(sys.argv[1], sys.argv[1:])";
    let Some(python) = foreign_program("python3") else {
        return;
    };
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    for line in ["--version", GET_TOKEN] {
        let mut command = user.foreign_command(&python);
        command.args(["-c", FORBID, PROGRAM]).args(line.split(' '));
        let outcome = Outcome::of(command.output().unwrap());
        // A kernel before 6.3 knows no such thing.
        if outcome.code == 77 {
            return;
        }
        assert!(!outcome.quiet_success().is_empty(), "{line}");
    }
}

#[test]
fn a_limit_that_is_too_low_is_named() {
    let user = User::new();
    for (limit, said, remedy) in [
        (
            "-v 4000000",
            "3906 MiB of address space (`ulimit -v`), and needs 14 GiB",
            "`ulimit -v unlimited`",
        ),
        (
            "-n 8",
            "may have 8 files open (`ulimit -n`)",
            "raise the limit: `ulimit -n",
        ),
    ] {
        let outcome = in_shell(&user, &format!("ulimit {limit}; exec \"$0\" --version"));
        if outcome.code == 0 {
            continue;
        }
        let (error, hint) = outcome.failure(1);
        assert!(error.contains(said), "{limit}: {error}");
        assert!(hint.contains(remedy), "{limit}: {hint}");
    }
}

#[test]
fn a_result_that_goes_nowhere_is_a_failure() {
    let user = User::new();
    for nowhere in [">&-", ">/dev/full", "1</dev/null"] {
        let outcome = in_shell(&user, &format!("exec \"$0\" get-token -p demo {nowhere}"));
        let (error, _) = outcome.failure(1);
        assert_eq!(error, "stdout could not be written", "{nowhere}");
    }
    // Whoever wants nothing has said so.
    in_shell(&user, "exec \"$0\" get-token -p demo >/dev/null").quiet_success();
}

/// Batch systems limit how large files may grow, by a signal that ends whoever does not catch it.
#[test]
fn a_file_that_may_not_grow_costs_the_cache_and_not_the_token() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let outcome = in_shell(&user, &format!("ulimit -f 0; exec \"$0\" {GET_TOKEN} -v"));
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(
        outcome.stderr.contains("tokens are not cached"),
        "{outcome:?}"
    );
}

/// The line of somebody who waits for a named pipe.
fn waiting_line(user: &User, limit: &str) -> String {
    let pipe = user.home().join("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    format!(
        "{GET_TOKEN} -f OnBehalfOf --assertion @{} {limit}",
        pipe.display()
    )
}

#[test]
fn a_time_limit_bounds_the_wait_for_a_pipe() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let line = waiting_line(&user, "--timeout 1s");
    let outcome = user.run(&line);
    let (error, hint) = outcome.failure(6);
    assert!(
        error.starts_with("gave up after 1 second while waiting for `"),
        "{error}"
    );
    assert!(error.contains("/pipe`"), "{error}");
    assert!(hint.contains("--timeout"), "{hint}");
}

/// The first process of a container gets no other signal than those that it waits for.
#[test]
fn signals_end_the_command_with_the_documented_code() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let line = waiting_line(&user, "--timeout 100s");
    for signal in [Signal::TERM, Signal::INT] {
        let (code, said) = ended_by(&user, &line, signal);
        assert_eq!(
            (code, said.as_str()),
            (6, "error: cancelled\n"),
            "{signal:?}"
        );
    }
}

fn ended_by(user: &User, line: &str, signal: Signal) -> (i32, String) {
    loop {
        let mut child = user.start(line);
        thread::sleep(Duration::from_millis(300));
        kill_process(Pid::from_child(&child), signal).unwrap();
        let code = child.wait().unwrap().code();
        let mut said = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        // One that has not begun to wait is ended by the signal itself: once more.
        if let Some(code) = code {
            return (code, said);
        }
    }
}

#[test]
fn profiles_behind_a_link_are_read_and_changed_where_they_are() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let target = user.home().join("managed.json");
    fs::rename(user.profiles(), &target).unwrap();
    symlink(&target, user.profiles()).unwrap();
    user.run(GET_TOKEN).quiet_success();
    user.create(
        "other",
        CLIENT_ID,
        emulator.authority(),
        "--client-secret -",
        SECRET,
    )
    .success();
    assert!(user.profiles().is_symlink());
    assert!(fs::read_to_string(&target).unwrap().contains("other"));
    fs::remove_file(&target).unwrap();
    let outcome = user.run(GET_TOKEN);
    let (error, hint) = outcome.failure(1);
    assert!(error.starts_with("cannot follow the link `"), "{error}");
    assert!(hint.contains("correct the link"), "{hint}");
}

#[test]
fn as_root_nothing_is_made_in_the_home_of_another() {
    // Only the administrator can give a folder away.
    if !geteuid().is_root() {
        return;
    }
    let emulator = Emulator::start();
    let mut user = User::new();
    user.unset("ENTRA_AUTH_CLI_CONFIG_PATH");
    let home = user.home().join("alice");
    fs::create_dir(&home).unwrap();
    chown(&home, Some(12345), None).unwrap();
    user.set("HOME", home.to_str().unwrap());
    user.name_client(emulator.authority());
    user.set("AZURE_CLIENT_SECRET", SECRET);
    user.run("get-token --scope api://your-api-id/.default")
        .quiet_success();
    let outcome = user.create(
        "mine",
        CLIENT_ID,
        emulator.authority(),
        "--client-secret -",
        SECRET,
    );
    let (error, hint) = outcome.failure(1);
    assert!(
        error.contains("and this runs as root: nothing is kept there"),
        "{error}"
    );
    assert!(hint.contains("sudo -H"), "{hint}");
    assert_eq!(fs::read_dir(&home).unwrap().count(), 0);
    assert_eq!(home.metadata().unwrap().uid(), 12345);
}
