//! Secrets in a real keyring: gnome-keyring on a D-Bus session of its own.
#![cfg(test)]
#![cfg(target_os = "linux")]

mod support;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Output, Stdio};

use linux_keyutils::{KeyRing, KeyRingIdentifier};
use ring::digest::{SHA256, digest};
use support::{CLIENT_ID, Emulator, GET_TOKEN, SECRET, User, foreign_program};

/// A session bus with an unlocked keyring; both end with it.
struct Session {
    bus: Child,
    user: User,
}

impl Session {
    /// Nothing if a program that it takes is missing.
    fn start() -> Option<Self> {
        for program in [
            "dbus-run-session",
            "dbus-send",
            "gnome-keyring-daemon",
            "secret-tool",
        ] {
            foreign_program(program)?;
        }
        let mut user = User::new();
        for (name, folder) in [("XDG_RUNTIME_DIR", "runtime"), ("XDG_DATA_HOME", "data")] {
            let path = user.home().join(folder);
            fs::create_dir(&path).unwrap();
            user.set(name, path.to_str().unwrap());
        }
        user.unset("ENTRA_AUTH_CLI_SECRET_STORE");
        user.unset("ENTRA_AUTH_CLI_PASSPHRASE");
        let mut bus = user
            .foreign_command(Path::new("dbus-run-session"))
            .args(["--", "sh", "-ec", SESSION])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(bus.stdout.take().unwrap())
            .read_line(&mut address)
            .unwrap();
        user.set("DBUS_SESSION_BUS_ADDRESS", address.trim_end());
        Some(Self { bus, user })
    }

    /// `secret-tool lock` of Debian 12 crashes.
    fn lock(&self) {
        let locked = self.call(
            "dbus-send --session --print-reply --dest=org.freedesktop.secrets /org/freedesktop/secrets \
             org.freedesktop.Secret.Service.Lock array:objpath:/org/freedesktop/secrets/collection/login",
        );
        assert!(locked.status.success());
    }

    /// As another program sees it; empty if there is none.
    fn stored_secret(&self) -> String {
        // Entries of a folder that a variable names end in the beginning of its digest.
        let folder = self.user.config();
        let digest = digest(&SHA256, folder.as_os_str().as_encoded_bytes());
        let start = digest.as_ref().iter().take(8);
        let start: String = start.map(|byte| format!("{byte:02x}")).collect();
        let found = self.call(&format!(
            "secret-tool lookup service entra-auth-cli username \
             profile:my-api-client:client-secret@{start}"
        ));
        String::from_utf8(found.stdout).unwrap()
    }

    fn call(&self, line: &str) -> Output {
        let mut words = line.split_whitespace();
        let program = Path::new(words.next().unwrap());
        let mut command = self.user.foreign_command(program);
        command.args(words).output().unwrap()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // The end of its input ends the session, and with it the keyring.
        drop(self.bus.stdin.take());
        drop(self.bus.wait());
    }
}

/// Unlocks the keyring, tells the bus's address, and stays until stdin ends.
const SESSION: &str = r#"
printf '%s' test-password | gnome-keyring-daemon --unlock --components=secrets --daemonize > /dev/null
# It is on the bus a moment later, and whoever asks before starts a second one, which is locked.
timeout 20 bash -c 'until dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner \
  string:org.freedesktop.secrets 2> /dev/null | grep -q "boolean true"; do sleep 0.02; done'
echo "$DBUS_SESSION_BUS_ADDRESS"
cat > /dev/null
"#;

/// Containers may forbid it; then the keyring is asked each time.
fn kernel_keeps_keys() -> bool {
    KeyRing::from_special_id(KeyRingIdentifier::User, false).is_ok()
}

#[test]
fn a_profiles_secret_lives_in_the_keyring() {
    let Some(session) = Session::start() else {
        return;
    };
    let emulator = Emulator::start();
    let user = &session.user;
    user.create_profile(emulator.authority(), SECRET);
    // With whom it is for in front.
    let stored = session.stored_secret();
    assert!(
        stored.ends_with(&format!("{CLIENT_ID}\n{SECRET}")),
        "{stored}"
    );

    let token = user.run(GET_TOKEN).quiet_success();
    assert_eq!(user.run(GET_TOKEN).quiet_success(), token);
    assert_eq!(
        emulator.requests().len(),
        1,
        "the second token comes from the cache"
    );
    for (path, bytes) in user.files() {
        assert!(
            !String::from_utf8_lossy(&bytes).contains("S3cr3t"),
            "{}",
            path.display()
        );
    }

    user.run("config delete -p my-api-client --force")
        .quiet_success();
    assert_eq!(session.stored_secret(), "");
}

#[test]
fn a_locked_keyring_is_told_apart_from_a_missing_secret() {
    let Some(session) = Session::start() else {
        return;
    };
    let emulator = Emulator::start();
    let user = &session.user;
    user.create_profile(emulator.authority(), SECRET);
    let before = user.files();
    session.lock();

    let outcome = user.run(GET_TOKEN);
    let (error, hint) = outcome.failure(1);
    assert!(
        error.contains("locked") && hint.contains("unlock"),
        "{outcome:?}"
    );
    assert_eq!(user.files(), before);
    assert_eq!(emulator.requests().len(), 0);
}

#[test]
fn a_cached_token_needs_no_keyring_until_the_key_is_forgotten() {
    let Some(mut session) = Session::start() else {
        return;
    };
    let emulator = Emulator::start();
    session.user.create_profile(emulator.authority(), SECRET);
    let token = session.user.run(GET_TOKEN).quiet_success();
    session.lock();
    let asking_each_time = |user: &mut User| {
        user.set("ENTRA_AUTH_CLI_KEY_TIMEOUT", "0");
        let outcome = user.run(GET_TOKEN);
        assert!(outcome.failure(1).0.contains("locked"), "{outcome:?}");
        user.set("ENTRA_AUTH_CLI_KEY_TIMEOUT", "60");
    };
    asking_each_time(&mut session.user);
    if kernel_keeps_keys() {
        assert_eq!(session.user.run(GET_TOKEN).quiet_success(), token);
    }
    // Other folders are other users of the keyring: they have to ask it.
    let elsewhere = session.user.home().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    fs::rename(
        session.user.config().join("tokens"),
        elsewhere.join("tokens"),
    )
    .unwrap();
    fs::copy(session.user.profiles(), elsewhere.join("profiles.json")).unwrap();
    session
        .user
        .set("ENTRA_AUTH_CLI_CONFIG_PATH", elsewhere.to_str().unwrap());
    let outcome = session.user.run(GET_TOKEN);
    assert!(outcome.failure(1).0.contains("locked"), "{outcome:?}");
    assert_eq!(emulator.requests().len(), 1);
}

#[test]
fn without_any_keyring_the_error_says_what_to_do_instead() {
    let emulator = Emulator::start();
    let mut user = User::with_profile(emulator.authority());
    user.set("ENTRA_AUTH_CLI_SECRET_STORE", "keyring");
    user.set("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
    let outcome = user.run(GET_TOKEN);
    let (error, hint) = outcome.failure(1);
    assert!(
        error.contains("no keyring") && hint.contains("ENTRA_AUTH_CLI_SECRET_STORE=file"),
        "{outcome:?}"
    );
}

#[test]
fn without_any_store_a_secret_from_the_environment_serves() {
    let emulator = Emulator::start();
    let mut user = User::with_profile(emulator.authority());
    user.set("ENTRA_AUTH_CLI_SECRET_STORE", "none");
    user.set("AZURE_CLIENT_SECRET", SECRET);
    user.run(GET_TOKEN).quiet_success();
}
