//! Many processes at once, and processes that are killed: one request for all, no lock stays, nothing acknowledged is lost.
//!
//! The loops are short. `FULL_LOOPS=1 cargo test --release --test many_processes` runs them in full: 100 rounds of 32
//! processes, and 1000 kills. On Windows they are always short: wine is no judge of endurance.
#![cfg(test)]
#![cfg(target_os = "linux")]

mod support;

use std::fs::{self, File};
use std::io::{Read, Write, pipe};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::json;
use support::{Emulator, GET_TOKEN, Outcome, PUBLIC_CLIENT, SECRET, User, sign_in_by_device};

const SIGKILL: i32 = 9;

/// How often a loop is run: `few` times, or `many` if the full form is asked for.
fn repetitions(few: usize, many: usize) -> usize {
    if std::env::var_os("FULL_LOOPS").is_some() {
        many
    } else {
        few
    }
}

fn finish(process: Child) -> Outcome {
    Outcome::of(process.wait_with_output().unwrap())
}

/// The files of the cache with this ending.
fn cache_files(user: &User, ending: &str) -> Vec<PathBuf> {
    let files = user.files().into_keys();
    files
        .filter(|path| path.starts_with(user.config().join("tokens")))
        .filter(|path| path.to_str().unwrap().ends_with(ending))
        .collect()
}

/// The refresh tokens that came with requests, oldest first.
fn redeemed(emulator: &Emulator) -> Vec<String> {
    let forms = emulator.requests().into_iter();
    let forms = forms.filter_map(|request| {
        serde_json::from_value::<Vec<(String, String)>>(request["form"].clone()).ok()
    });
    forms
        .flatten()
        .filter(|(name, _)| name == "refresh_token")
        .map(|(_, value)| value)
        .collect()
}

#[test]
fn of_many_that_ask_at_once_one_asks_the_server() {
    ask_at_once(&User::new(), 32, repetitions(3, 100));
}

#[test]
fn of_many_that_ask_at_once_one_asks_the_server_on_windows() {
    if let Some(user) = User::on_windows() {
        ask_at_once(&user, 8, 2);
    }
}

fn ask_at_once(user: &User, processes: usize, rounds: usize) {
    let emulator = Emulator::start();
    user.create_profile(emulator.authority(), SECRET);
    for round in 0..rounds {
        emulator.reset();
        drop(fs::remove_dir_all(user.config().join("tokens")));
        let processes: Vec<_> = (0..processes).map(|_| user.start(GET_TOKEN)).collect();
        let tokens: Vec<_> = processes
            .into_iter()
            .map(|process| finish(process).quiet_success())
            .collect();
        assert!(tokens.iter().all(|token| *token == tokens[0]), "{round}");
        assert_eq!(emulator.requests().len(), 1, "{round}");
        assert_eq!(user.run(GET_TOKEN).quiet_success(), tokens[0], "{round}");
        assert_eq!(cache_files(user, ".token").len(), 1, "{round}");
        assert_eq!(cache_files(user, ".new").len(), 0, "{round}");
    }
}

#[test]
fn a_fresh_token_is_handed_out_although_another_holds_the_lock() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let token = user.run(GET_TOKEN).quiet_success();
    let lock = cache_files(&user, ".token")[0].with_extension("lock");
    let held = File::open(lock).unwrap();
    held.lock().unwrap();
    assert_eq!(user.run(GET_TOKEN).quiet_success(), token);

    // Who needs the lock waits for it no longer than the call may take.
    let waiting = user.run(&format!("{GET_TOKEN} --force --timeout 1s"));
    let (error, _) = waiting.failure(6);
    assert!(error.contains("another process"), "{waiting:?}");
    assert_eq!(emulator.requests().len(), 1);
    drop(held);
    user.run(&format!("{GET_TOKEN} --force")).quiet_success();
}

#[test]
fn a_killed_holder_keeps_nobody_waiting() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    emulator.control("faults", &json!({ "delay_ms": 30_000 }));
    let mut holder = user.start(GET_TOKEN);
    while emulator.requests().is_empty() {
        sleep(Duration::from_millis(5));
    }
    let waiting = user.start(GET_TOKEN);
    sleep(Duration::from_millis(100));
    holder.kill().unwrap();
    holder.wait().unwrap();
    finish(waiting).quiet_success();
    assert_eq!(emulator.requests().len(), 2);
}

/// Gives the user a profile `device` at which alice has signed in.
fn sign_in(user: &User, emulator: &Emulator) {
    let options = "--auth-method Public --flow DeviceCode --scope api://your-api-id/access_as_user";
    user.create("device", PUBLIC_CLIENT, emulator.authority(), options, "")
        .quiet_success();
    sign_in_by_device(user, emulator, "get-token -p device").success();
}

#[test]
fn a_rotated_refresh_token_is_on_the_disk_before_the_access_token_is_printed() {
    let emulator = Emulator::start();
    let user = User::new();
    sign_in(&user, &emulator);
    emulator.control("options", &json!({ "single_use_refresh_tokens": true }));
    let before = user.files();

    // Nobody reads the pipe, and it is full: printing never ends.
    let (reader, mut writer) = pipe().unwrap();
    rustix::io::ioctl_fionbio(&writer, true).unwrap();
    while writer.write(&[b' '; 4096]).is_ok() {}
    rustix::io::ioctl_fionbio(&writer, false).unwrap();
    let mut command = user.command("refresh -p device");
    let mut process = command
        .stdout(writer)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    drop(command);
    // The names that lead to an account have files too, which stay.
    let is_stored = || {
        let after = user.files();
        cache_files(&user, ".token")
            .iter()
            .any(|path| before.get(path).is_some_and(|bytes| *bytes != after[path]))
    };
    while !is_stored() {
        assert_eq!(
            process.try_wait().unwrap(),
            None,
            "it has printed too early"
        );
        sleep(Duration::from_millis(5));
    }
    process.kill().unwrap();
    assert_eq!(process.wait().unwrap().signal(), Some(SIGKILL));
    let mut printed = Vec::new();
    drop((&reader).read_to_end(&mut printed));
    assert!(printed.iter().all(|byte| *byte == b' '));

    user.run("refresh -p device").quiet_success();
    let redeemed = redeemed(&emulator);
    assert_eq!(redeemed.len(), 2);
    assert_ne!(redeemed[0], redeemed[1]);
}

#[test]
fn of_many_that_renew_at_once_none_loses_the_refresh_token() {
    let emulator = Emulator::start();
    let user = User::new();
    sign_in(&user, &emulator);
    emulator.control("options", &json!({ "single_use_refresh_tokens": true }));
    let processes: Vec<_> = (0..8).map(|_| user.start("refresh -p device")).collect();
    for process in processes {
        finish(process).quiet_success();
    }
    user.run("refresh -p device").quiet_success();
    let mut redeemed = redeemed(&emulator);
    redeemed.sort();
    redeemed.dedup();
    assert_eq!(redeemed.len(), 9, "each was used once");
}

/// Below `limit`, at random.
fn random(limit: Duration) -> Duration {
    let mut bytes = [0; 4];
    let mut source = File::open("/dev/urandom").unwrap();
    source.read_exact(&mut bytes).unwrap();
    limit * u32::from_ne_bytes(bytes).div_euclid(2) / (u32::MAX / 2)
}

#[test]
fn nothing_that_was_acknowledged_is_lost_when_processes_are_killed() {
    kill_renewals(&User::new(), repetitions(40, 1000));
}

#[test]
fn nothing_that_was_acknowledged_is_lost_when_processes_are_killed_on_windows() {
    if let Some(user) = User::on_windows() {
        kill_renewals(&user, 20);
    }
}

fn kill_renewals(user: &User, kills: usize) {
    let emulator = Emulator::start();
    sign_in(user, &emulator);
    let started = Instant::now();
    let mut history = vec![user.run("refresh -p device").quiet_success()];
    let mut longest = started.elapsed();
    let mut killed = 0;
    while killed < kills {
        let mut process = user.start("refresh -p device");
        sleep(random(longest));
        process.kill().unwrap();
        let outcome = process.wait_with_output().unwrap();
        // Follows how quick the machine is: some get to their end, most do not.
        if outcome.status.signal() == Some(SIGKILL) {
            killed += 1;
            longest = longest * 21 / 20;
        } else {
            longest = longest * 4 / 5;
        }
        let requests = emulator.requests().len();
        let stored = user.run("get-token -p device --timeout 5s").quiet_success();
        assert_eq!(emulator.requests().len(), requests, "it is in the cache");
        let printed = String::from_utf8(outcome.stdout).unwrap();
        if printed.ends_with('\n') {
            assert_eq!(stored, printed, "what was printed is lost");
        }
        // Else either nothing was changed, or the token was stored, but not printed any more.
        if history.last() != Some(&stored) {
            assert!(!history.contains(&stored), "an old token is back");
            history.push(stored);
        }
    }
    assert!(
        history.len() > 1,
        "no renewal got as far as storing a token"
    );
    user.run("refresh -p device --timeout 5s").quiet_success();
}
