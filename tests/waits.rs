//! Waits that a person notices: a terminal says what is waited for, and not a moment longer.
#![cfg(test)]
#![cfg(target_os = "linux")]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use serde_json::json;
use support::{ALICE, Emulator, GET_TOKEN, SECRET, Terminal, User, at_once, person};

/// Takes the line away (ECMA-48, `EL`).
const ERASE: &str = "\r\u{1b}[K";

/// Whom a command waits for, what the terminal says, and who ends it.
struct Wait {
    says: &'static str,
    line: &'static str,
    prepare: fn(&Emulator) -> Somebody,
    end: fn(&mut Somebody, &Emulator),
}

/// A person, and what they hold open.
struct Somebody {
    user: User,
    _bus: Option<UnixListener>,
}

impl From<User> for Somebody {
    fn from(user: User) -> Self {
        Self { user, _bus: None }
    }
}

const WAITS: [Wait; 8] = [
    Wait {
        says: "waiting for an answer of `127.0.0.1:",
        line: GET_TOKEN,
        prepare: |emulator| faulty(emulator, json!({ "delay_ms": 2500 })),
        end: by_itself,
    },
    Wait {
        says: "waiting for the next attempt ...",
        line: GET_TOKEN,
        prepare: |emulator| faulty(emulator, json!({ "status": 503, "retry_after": "2" })),
        end: by_itself,
    },
    Wait {
        says: "waiting for the code to be entered in a browser ...",
        line: "get-token -p person -f DeviceCode",
        prepare: |emulator| {
            emulator.control("options", &json!({ "device_interval": 1 }));
            person(emulator.authority()).into()
        },
        end: |_, emulator| {
            emulator.control("device", &json!({ "action": "approve", "user": ALICE }));
        },
    },
    Wait {
        says: "waiting for the sign-in in the browser ...",
        line: "get-token -p person --timeout 3s",
        prepare: |emulator| {
            let mut user = person(emulator.authority());
            user.set("BROWSER", "true");
            user.into()
        },
        end: by_itself,
    },
    Wait {
        says: "waiting for another process, which holds `",
        line: GET_TOKEN,
        prepare: |emulator| {
            let user = User::with_profile(emulator.authority());
            emulator.control("faults", &json!({ "delay_ms": 4000 }));
            drop(user.start(GET_TOKEN));
            while emulator.requests().is_empty() {
                sleep(Duration::from_millis(20));
            }
            user.into()
        },
        end: by_itself,
    },
    Wait {
        says: "waiting for the Secret Service",
        line: "get-token --scope api://your-api-id/.default",
        prepare: |emulator| mute_keyring(emulator, None),
        end: by_itself,
    },
    Wait {
        says: "waiting for `",
        line: "inspect --file pipe",
        prepare: |_| {
            let user = User::new();
            let made = Command::new("mkfifo")
                .arg(user.home().join("pipe"))
                .status();
            assert!(made.unwrap().success());
            user.into()
        },
        end: |somebody, _| fs::write(somebody.user.home().join("pipe"), "no token").unwrap(),
    },
    Wait {
        says: "waiting for a token on stdin ...",
        line: "inspect",
        prepare: |_| {
            let user = User::new();
            let script = "sleep 2; echo no token";
            fs::write(user.home().join("slow"), format!("#!/bin/sh\n{script}\n")).unwrap();
            user.into()
        },
        end: by_itself,
    },
];

fn by_itself(_: &mut Somebody, _: &Emulator) {}

/// Somebody whose next answer is this one.
fn faulty(emulator: &Emulator, fault: serde_json::Value) -> Somebody {
    let user = User::with_profile(emulator.authority());
    emulator.control("faults", &fault);
    user.into()
}

/// A pipeline's client beside a D-Bus session where nobody ever answers.
fn mute_keyring(emulator: &Emulator, store: Option<&str>) -> Somebody {
    let mut user = User::new();
    user.name_client(emulator.authority());
    user.set("AZURE_CLIENT_SECRET", SECRET);
    user.unset("ENTRA_AUTH_CLI_PASSPHRASE");
    user.unset("ENTRA_AUTH_CLI_SECRET_STORE");
    if let Some(store) = store {
        user.set("ENTRA_AUTH_CLI_SECRET_STORE", store);
    }
    let path = user.home().join("bus");
    let bus = UnixListener::bind(&path).unwrap();
    user.set(
        "DBUS_SESSION_BUS_ADDRESS",
        &format!("unix:path={}", path.display()),
    );
    user.set("DISPLAY", ":9");
    Somebody {
        user,
        _bus: Some(bus),
    }
}

/// In a pipe, where the script says so.
fn command_of(somebody: &Somebody, line: &str) -> Command {
    let slow = somebody.user.home().join("slow");
    if !slow.exists() {
        return somebody.user.command(line);
    }
    fs::set_permissions(&slow, fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = somebody.user.foreign_command("/bin/sh".as_ref());
    let program = somebody.user.program().display();
    command.args(["-c", &format!("./slow | {program} {line}")]);
    command
}

#[test]
fn a_terminal_says_what_is_waited_for_and_takes_it_back() {
    at_once(&WAITS, |wait| {
        let emulator = Emulator::start();
        let mut somebody = (wait.prepare)(&emulator);
        let mut terminal = Terminal::start(&command_of(&somebody, wait.line));
        terminal.shown_until(wait.says);
        (wait.end)(&mut somebody, &emulator);
        let (shown, _) = terminal.finish();
        let (_, after) = shown.rsplit_once(wait.says).unwrap();
        assert!(after.contains(ERASE), "{}: {shown:?}", wait.says);
        // One line says it, and it is gone before anything else is said.
        let (line, _) = after.split_once(ERASE).unwrap();
        assert!(!line.contains('\n'), "{}: {shown:?}", wait.says);
    });
}

/// With a secret given, a keyring that nobody answers for costs a moment and no token.
#[test]
fn a_mute_keyring_costs_no_token() {
    at_once([None, Some("keyring")], |store| {
        let emulator = Emulator::start();
        let somebody = mute_keyring(&emulator, store);
        let outcome = somebody
            .user
            .run("get-token --scope api://your-api-id/.default -v --timeout 8s");
        assert_eq!(outcome.code, 0, "{store:?}: {outcome:?}");
        let notice = "tokens are not cached: the token cache has no key: the Secret Service d";
        assert!(outcome.stderr.contains(notice), "{outcome:?}");
    });
}

/// Off a terminal nobody may be there at all.
#[test]
fn a_sign_in_that_nobody_comes_to_ends_by_itself() {
    let emulator = Emulator::start();
    let mut user = person(emulator.authority());
    user.set("BROWSER", "true");
    for line in ["get-token -p person", "get-token -p person -f DeviceCode"] {
        let outcome = user.run(&format!("{line} --timeout 2s"));
        assert_eq!(outcome.code, 6, "{outcome:?}");
        assert!(!outcome.stderr.contains(ERASE), "{outcome:?}");
    }
}
