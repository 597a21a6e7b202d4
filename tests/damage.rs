//! What is stored gets damaged, or cannot be stored: an error that says so or a new token, never a crash, and never a
//! secret or token in clear.
#![cfg(test)]
#![cfg(target_os = "linux")]

mod support;

use std::fs;
use std::os::unix::fs::{chown, symlink};
use std::path::{Path, PathBuf};

use support::{Emulator, GET_TOKEN, Outcome, PASSPHRASE, PROGRAM, SECRET, User, foreign_program};

fn stored(user: &User, ending: &str) -> PathBuf {
    let files = user.files().into_keys();
    let mut found = files.filter(|path| path.to_str().unwrap().ends_with(ending));
    found.next().unwrap()
}

fn assert_nothing_in_clear(user: &User) {
    for (path, bytes) in user.files() {
        let text = String::from_utf8_lossy(&bytes);
        for secret in ["eyJ", SECRET, PASSPHRASE] {
            assert!(!text.contains(secret), "{}", path.display());
        }
    }
}

/// Every length that cuts the file in another part, and a bit in every part of it.
fn damaged(good: &[u8]) -> Vec<Vec<u8>> {
    let cut = [
        0,
        1,
        4,
        5,
        12,
        13,
        30,
        59,
        60,
        good.len() / 2,
        good.len() - 1,
    ];
    let mut bad: Vec<_> = cut.map(|length| good[..length].to_vec()).into();
    for at in (0..good.len()).step_by(good.len() / 12) {
        let mut changed = good.to_vec();
        changed[at] ^= 1 << (at % 8);
        bad.push(changed);
    }
    bad
}

#[test]
fn a_damaged_cached_token_is_got_anew() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    user.run(GET_TOKEN).quiet_success();
    let path = stored(&user, ".token");
    let good = fs::read(&path).unwrap();
    for (number, content) in damaged(&good).into_iter().enumerate() {
        fs::write(&path, content).unwrap();
        user.run(GET_TOKEN).quiet_success();
        assert_eq!(emulator.requests().len(), 2 + number);
        assert_nothing_in_clear(&user);
    }
    user.run(GET_TOKEN).quiet_success();
    assert_eq!(emulator.requests().len(), 1 + damaged(&good).len());
}

#[test]
fn a_damaged_file_of_secrets_is_an_error_and_stays_as_it_is() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let path = user.config().join("secrets.sealed");
    let good = fs::read(&path).unwrap();
    for content in damaged(&good) {
        fs::write(&path, &content).unwrap();
        let outcome = user.run(GET_TOKEN);
        let (error, _) = outcome.failure(1);
        assert!(error.contains("secrets.sealed"), "{outcome:?}");
        assert_eq!(fs::read(&path).unwrap(), content);
        assert_eq!(emulator.requests().len(), 0);
        assert_nothing_in_clear(&user);
    }
    fs::write(&path, &good).unwrap();
    user.run(GET_TOKEN).quiet_success();
}

#[test]
fn a_link_in_place_of_a_file_is_not_followed() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    user.run(GET_TOKEN).quiet_success();
    let rows = [
        (stored(&user, ".token"), None),
        (user.config().join("secrets.sealed"), Some("link")),
    ];
    for (number, (path, error)) in rows.into_iter().enumerate() {
        let target = user.home().join(format!("target{number}"));
        fs::rename(&path, &target).unwrap();
        let before = fs::read(&target).unwrap();
        symlink(&target, &path).unwrap();
        let outcome = user.run(&format!("{GET_TOKEN} --force"));
        match error {
            Some(error) => assert!(outcome.failure(1).0.contains(error), "{outcome:?}"),
            None => drop(outcome.quiet_success()),
        }
        assert_eq!(fs::read(&target).unwrap(), before, "{}", path.display());
        fs::remove_file(&path).unwrap();
        fs::rename(&target, &path).unwrap();
    }
    assert_nothing_in_clear(&user);
}

#[test]
fn a_file_of_another_user_is_not_trusted() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    user.run(GET_TOKEN).quiet_success();
    let rows = [
        (stored(&user, ".token"), None),
        (
            user.config().join("secrets.sealed"),
            Some("belongs to another user"),
        ),
        (user.profiles(), Some("belongs to another user")),
    ];
    for (path, error) in rows {
        // Only the administrator can give a file away; elsewhere this cannot be shown.
        if chown(&path, Some(12345), None).is_err() {
            return;
        }
        let before = fs::read(&path).unwrap();
        let outcome = user.run(&format!("{GET_TOKEN} --force"));
        match error {
            Some(error) => assert!(outcome.failure(1).0.contains(error), "{outcome:?}"),
            None => drop(outcome.quiet_success()),
        }
        assert_eq!(fs::read(&path).unwrap(), before);
        chown(&path, Some(rustix::process::geteuid().as_raw()), None).unwrap();
    }
}

/// Runs a shell script in which `$0` is the program and `$1` a file system of its own in place of the user's folder, made
/// with these options and filled with what the folder holds.
fn on_file_system(user: &User, options: &str, script: &str) -> Option<Outcome> {
    let unshare = foreign_program("unshare")?;
    let script = format!(
        "cp -a \"$1\" \"$2\"; mount -t tmpfs -o {options} none \"$1\"; cp -a \"$2/.\" \"$1\"; {script}"
    );
    let mut command = user.foreign_command(&unshare);
    command
        .args([
            "--mount",
            "--map-root-user",
            "--",
            "sh",
            "-c",
            &script,
            PROGRAM,
        ])
        .args([user.config(), user.home().join("copy")]);
    Some(Outcome::of(command.output().unwrap()))
}

const CREATE: &str = "\"$0\" config create --name other --tenant-id contoso.onmicrosoft.com --auth-method Public \
     --client-id 88888888-7777-6666-5555-444444444444 --scope api://your-api-id/x --non-interactive";

#[test]
fn a_full_disk_costs_the_cache_and_nothing_else() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let script = format!(
        "head -c 1000000 /dev/zero > \"$1/filler\" 2> /dev/null; \"$0\" {GET_TOKEN}; echo code $?; {CREATE}; echo code $?; \
         cmp \"$1/profiles.json\" \"$2/profiles.json\"; cmp \"$1/secrets.sealed\" \"$2/secrets.sealed\"; ls -A \"$1\" >&2"
    );
    let Some(outcome) = on_file_system(&user, "size=128k", &script) else {
        return;
    };
    let lines: Vec<_> = outcome.stdout.lines().collect();
    let [token, "code 0", "code 1"] = lines[..] else {
        panic!("{outcome:?}")
    };
    assert!(token.starts_with("eyJ"));
    let shown = &outcome.stderr;
    assert!(
        shown.contains("no storage space") && shown.contains("hint: make room"),
        "{shown}"
    );
    assert!(!shown.contains(".new"), "{shown}");
}

#[test]
fn a_read_only_folder_costs_the_cache_and_nothing_else() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let script = format!(
        "\"$0\" {GET_TOKEN} > \"$2/first\"; mount -o remount,ro \"$1\"; \"$0\" {GET_TOKEN} | cmp - \"$2/first\"; \
         \"$0\" {GET_TOKEN} --force | wc -l; {CREATE}; echo code $?"
    );
    let Some(outcome) = on_file_system(&user, "size=1m", &script) else {
        return;
    };
    assert_eq!(outcome.stdout, "1\ncode 1\n", "{outcome:?}");
    assert!(outcome.stderr.contains("read-only"), "{outcome:?}");
    assert_eq!(emulator.requests().len(), 2);
}

#[test]
fn a_clock_that_jumps_costs_a_request() {
    let Some(faketime) = foreign_program("faketime") else {
        return;
    };
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let at = |time: &str| {
        let mut command = user.foreign_command(&faketime);
        command.args(["-f", time, PROGRAM]);
        command.args(GET_TOKEN.split_whitespace());
        let outcome = Outcome::of(command.output().unwrap());
        (outcome.quiet_success(), emulator.requests().len())
    };
    let (first, 1) = at("+0") else {
        panic!("no request")
    };
    assert_eq!(at("+30m"), (first.clone(), 1), "still fresh");
    for (number, time) in ["+2h", "-2h", "+10y", "-10y", "+0"].into_iter().enumerate() {
        let (token, requests) = at(time);
        assert_eq!(requests, 2 + number, "{time}");
        assert_eq!(at(time), (token, requests), "{time}: it is cached again");
    }
    assert_nothing_in_clear(&user);
}

#[test]
fn without_a_store_the_cache_is_left_out_and_that_is_said_once_on_a_terminal() {
    let emulator = Emulator::start();
    let mut user = User::new();
    user.name_client(emulator.authority());
    user.set("ENTRA_AUTH_CLI_SECRET_STORE", "none");
    user.set("AZURE_CLIENT_SECRET", SECRET);
    let line = "get-token --scope api://your-api-id/.default";
    user.run(line).quiet_success();
    let terminal = support::Terminal::start(&user.command(line));
    let (shown, code) = terminal.finish();
    assert_eq!(
        (code, shown.matches("not cached").count()),
        (0, 1),
        "{shown}"
    );
    assert_eq!(user.files().len(), 0);
    assert!(Path::new(&user.config()).is_dir());
}
