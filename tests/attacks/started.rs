//! What programs that are started learn, and what another user of the machine gets.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::json;

use crate::support::{
    ALICE, Browser, Emulator, GET_TOKEN, PASSPHRASE, PROGRAM, PUBLIC_CLIENT, User, person,
};

fn executable(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn wait_for(path: &Path) {
    for _ in 0..1500 {
        if path.exists() {
            return;
        }
        sleep(Duration::from_millis(20));
    }
    panic!("no {}", path.display())
}

fn end(mut process: Child) {
    process.kill().unwrap();
    process.wait().unwrap();
}

/// Stands in for a browser: writes down what it was given besides its address.
const CURIOUS: &str = "#!/bin/bash
{ /usr/bin/env; cat <&7; cat <&8; } > \"$0.part\" 2> \"$0.errors\"
mv \"$0.part\" \"$0.seen\"
";

/// Rows 35 and 36.
#[test]
fn no_program_that_is_started_inherits_a_secret() {
    const VARIABLES: [&str; 9] = [
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        "AZURE_CLIENT_CERTIFICATE_PASSWORD",
        "AZURE_CLIENT_SECRET",
        "AZURE_PASSWORD",
        "ENTRA_AUTH_CLI_EXPORT_PASSPHRASE",
        "ENTRA_AUTH_CLI_PASSPHRASE",
        "IDENTITY_HEADER",
        "MSI_SECRET",
        "SYSTEM_ACCESSTOKEN",
    ];
    let emulator = Emulator::start();
    let mut user = person(emulator.authority());
    for name in VARIABLES {
        user.set(name, &format!("CANARY-{name}"));
    }
    let browser = user.home().join("browser");
    executable(&browser, CURIOUS);
    user.set("BROWSER", browser.to_str().unwrap());
    user.set("ENTRA_AUTH_CLI_PASSPHRASE_FD", "7");
    let passphrase = user.home().join("passphrase");
    fs::write(&passphrase, PASSPHRASE).unwrap();
    let line = "get-token -p person -f InteractiveBrowser --no-cache";
    let script = format!("exec {PROGRAM} {line} 7<{0} 8<{0}", passphrase.display());
    let mut command = user.foreign_command(Path::new("bash"));
    command.args(["-c", &script]).stderr(Stdio::null());
    let process = command.spawn().unwrap();
    let seen = browser.with_extension("seen");
    wait_for(&seen);
    end(process);
    let seen = fs::read_to_string(seen).unwrap();
    assert!(seen.contains("BROWSER="), "{seen}");
    for secret in ["CANARY", PASSPHRASE, "PASSPHRASE_FD"] {
        assert!(!seen.contains(secret), "{seen}");
    }
    let errors = fs::read_to_string(browser.with_extension("errors")).unwrap();
    assert!(errors.contains("7: Bad file descriptor"), "{errors}");
}

/// Row 54.
#[test]
fn profiles_that_everybody_can_write_to_are_closed_once_and_that_is_said() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let profiles = user.profiles();
    let folder = profiles.parent().unwrap();
    for (path, mode) in [(folder, 0o777), (&profiles, 0o666)] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        let first = user.run("config list");
        let named = format!("warning: everybody could write to `{}`", path.display());
        assert!(
            first.code == 0 && first.stderr.starts_with(&named),
            "{first:?}"
        );
        user.run("config list").quiet_success();
    }
}

/// Row 57.
#[test]
fn a_pipe_of_another_user_gets_no_token() {
    // Only the administrator can make something of another user.
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let pipe = user.home().join("token.txt");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    chown(&pipe, Some(OTHER), None).unwrap();
    fs::set_permissions(&pipe, fs::Permissions::from_mode(0o666)).unwrap();
    let path = pipe.display();
    for line in [
        format!("{GET_TOKEN} -o {path}"),
        format!("{GET_TOKEN} --file {path}"),
        format!("refresh -p my-api-client -o {path}"),
        format!("config export -o {path}"),
    ] {
        let outcome = user.run(&line);
        let (error, hint) = outcome.failure(1);
        assert!(
            error.ends_with("belongs to another user"),
            "{line}: {error}"
        );
        assert!(hint.contains("folder of your own"), "{line}: {hint}");
    }
}

/// Row 31: every user of most systems can read what a program is started with.
#[test]
fn the_address_that_a_browser_is_started_with_says_nothing() {
    let emulator = Emulator::start();
    let mut user = person(emulator.authority());
    let browser = Browser::of(&mut user);
    let program = user.start("get-token -p person -f InteractiveBrowser");
    let entrance = browser.entrance();
    assert!(entrance.starts_with("http://127.0.0.1:"), "{entrance}");
    assert!(
        !entrance.contains("state") && entrance.len() < 80,
        "{entrance}"
    );
    assert!(browser.address().contains("&state="));
    end(program);
}

/// Row 28.
#[test]
fn a_code_in_an_address_is_not_redeemed() {
    let emulator = Emulator::start();
    let mut user = person(emulator.authority());
    let browser = Browser::of(&mut user);
    let program = user.start("get-token -p person -f InteractiveBrowser");
    let state = browser.parameters()["state"].clone();
    let page = browser
        .send(&format!(
            "GET /?code=abc&state={state} HTTP/1.1\r\nhost: {{host}}\r\n\r\n"
        ))
        .unwrap();
    assert!(page.contains("Sign-in failed"), "{page}");
    let outcome = crate::support::Outcome::of(program.wait_with_output().unwrap());
    assert!(outcome.failure(5).0.contains("another way"), "{outcome:?}");
    assert_eq!(emulator.grant_types(), Vec::<String>::new());
}

/// Two users of the machine besides the administrator.
const VICTIM: u32 = 65534;
const OTHER: u32 = 65533;

/// A command of another user.
fn as_user(user: &User, id: u32, program: &Path) -> Command {
    let mut command = user.foreign_command(Path::new("setpriv"));
    let (uid, gid) = (format!("--reuid={id}"), format!("--regid={id}"));
    command.args([&uid, &gid, "--clear-groups"]).arg(program);
    command.current_dir("/");
    command
}

/// Row 31: whoever has learned the state answers with an account of their own.
#[test]
fn another_user_cannot_answer_a_sign_in() {
    // Only the administrator can be several users.
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let emulator = Emulator::start();
    let mut user = User::new();
    user.name_client(emulator.authority());
    user.set("AZURE_CLIENT_ID", PUBLIC_CLIENT);
    user.set("ENTRA_AUTH_CLI_SECRET_STORE", "none");
    let browser = Browser::of(&mut user);
    let program = user.home().join("program");
    fs::copy(PROGRAM, &program).unwrap();
    for path in [user.home(), &user.config()] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o777)).unwrap();
    }
    let line = "get-token -f InteractiveBrowser -s api://your-api-id/access_as_user --no-cache";
    let mut victim = as_user(&user, VICTIM, &program);
    victim.args(line.split(' '));
    let victim = victim.stderr(Stdio::piped()).spawn().unwrap();
    let state = browser.parameters()["state"].clone();
    let port = browser
        .entrance()
        .split(['/', ':'])
        .nth(4)
        .unwrap()
        .to_owned();

    let answer = |id| {
        let form = format!("code=of-another-account&state={state}");
        let script = format!(
            "exec 3<>/dev/tcp/127.0.0.1/{port}; printf 'POST / HTTP/1.1\\r\\nHost: localhost:{port}\\r\\n\
             Content-Type: application/x-www-form-urlencoded\\r\\nContent-Length: {}\\r\\n\\r\\n{form}' >&3; cat <&3",
            form.len()
        );
        let mut command = as_user(&user, id, Path::new("bash"));
        let output = command.args(["-c", &script]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(answer(OTHER).starts_with("HTTP/1.1 403 "));
    assert_eq!(emulator.grant_types(), Vec::<String>::new());
    // The same from the user's own browser counts.
    assert!(answer(VICTIM).contains("Sign-in failed"));
    let outcome = victim.wait_with_output().unwrap();
    let stderr = String::from_utf8(outcome.stderr).unwrap();
    assert!(
        stderr.contains("warning: a request of another user"),
        "{stderr}"
    );
    assert_eq!(outcome.status.code(), Some(2), "{stderr}");
}

/// Row 31: whoever works with a token knows whose it is.
#[test]
fn who_signed_in_is_always_said() {
    let emulator = Emulator::start();
    emulator.control("options", &json!({ "sign_in_as": ALICE }));
    let mut user = person(emulator.authority());
    let browser = Browser::of(&mut user);
    let program = user.start("get-token -p person -f InteractiveBrowser -o json");
    browser.sign_in(&emulator);
    let outcome = crate::support::Outcome::of(program.wait_with_output().unwrap());
    assert_eq!(outcome.stderr, format!("Signed in as {ALICE}\n"));
    let account =
        |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap()["account"].clone();
    assert_eq!(account(&outcome.success()), ALICE);
    // From the cache too, and then stderr is silent.
    for option in ["-o json", "--json"] {
        let cached = user
            .run(&format!("get-token -p person {option}"))
            .quiet_success();
        assert_eq!(account(&cached), ALICE);
    }
    let yaml = user.run("get-token -p person -o yaml").quiet_success();
    assert!(yaml.contains(&format!("account: {ALICE}\n")), "{yaml}");
}

/// Row 31: the same without the cache, where nothing is kept that could be mixed up.
#[test]
fn a_named_account_is_held_to_without_the_cache() {
    let emulator = Emulator::start();
    let user = person(emulator.authority());
    let line =
        "get-token -p person -f DeviceCode --no-cache --login-hint bob@contoso.onmicrosoft.com";
    let outcome = crate::support::sign_in_by_device(&user, &emulator, line);
    assert_eq!(
        (outcome.code, outcome.stdout.as_str()),
        (2, ""),
        "{outcome:?}"
    );
    let error = format!("error: it was {ALICE} who signed in, and not the account that was named");
    assert!(outcome.stderr.contains(&error), "{outcome:?}");
}

/// Row 29 and what browsers do by habit: https where http is meant.
#[test]
fn what_is_no_answer_is_told_once_with_the_way_out() {
    let emulator = Emulator::start();
    let mut user = person(emulator.authority());
    let browser = Browser::of(&mut user);
    let program = user.start("get-token -p person -f InteractiveBrowser");
    let long = "x".repeat(2_000_000);
    for _ in 0..2 {
        for request in [
            "\u{16}\u{3}\u{1}\u{2}\0\u{1}".to_owned(),
            format!("GET / HTTP/1.1\r\nhost: {{host}}\r\ncookie: {long}\r\n\r\n"),
            "GET /callback?code=c HTTP/1.1\r\nhost: {host}\r\n\r\n".to_owned(),
            "GET /favicon.ico HTTP/1.1\r\nhost: {host}\r\n\r\n".to_owned(),
            "GET /?code=c&state=old HTTP/1.1\r\nhost: {host}\r\n\r\n".to_owned(),
        ] {
            browser.send(&request);
        }
    }
    let process = rustix::process::Pid::from_child(&program);
    rustix::process::kill_process(process, rustix::process::Signal::INT).unwrap();
    let outcome = crate::support::Outcome::of(program.wait_with_output().unwrap());
    let told: Vec<&str> = outcome.stderr.lines().collect();
    let parts = [
        "speaks https",
        "too large",
        "another path",
        "another sign-in",
        "cancelled",
    ];
    assert_eq!(told.len(), parts.len(), "{outcome:?}");
    for (line, part) in told.iter().zip(parts) {
        assert!(line.contains(part), "{line}: {part}");
    }
}

/// The files that `config export` and `-o` make are what the user named.
#[test]
fn a_pipe_of_ones_own_gets_the_token() {
    let emulator = Emulator::start();
    let user = User::with_profile(emulator.authority());
    let pipe: PathBuf = user.home().join("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let reader = Command::new("cat")
        .arg(&pipe)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    user.run(&format!("{GET_TOKEN} -o {}", pipe.display()))
        .quiet_success();
    let read = reader.wait_with_output().unwrap().stdout;
    assert!(read.starts_with(b"eyJ") && pipe.exists());
}
