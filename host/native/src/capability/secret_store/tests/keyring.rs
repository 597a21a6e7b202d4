//! Against the real GNOME Keyring on a D-Bus session of the test's own. Needs the programs `dbus-daemon`, `dbus-send`,
//! `gnome-keyring-daemon` and `secret-tool` (Debian: dbus, gnome-keyring, libsecret-tools).

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use ::secret_service::EncryptionType;
use ::secret_service::blocking::SecretService;

use super::super::*;

/// A D-Bus session that ends with the test, and everything on it too.
struct Session {
    folder: tempfile::TempDir,
    address: String,
    programs: Vec<Child>,
}

impl Session {
    /// Nothing, with a word about it, where the programs are not installed.
    fn start(arguments: &[&str]) -> Option<Self> {
        let programs = [
            "dbus-daemon",
            "dbus-send",
            "gnome-keyring-daemon",
            "secret-tool",
        ];
        if let Some(missing) = programs
            .iter()
            .find(|name| Command::new(name).arg("--version").output().is_err())
        {
            // Past the test harness, which keeps what passing tests print to itself.
            let mut stderr = std::io::stderr();
            writeln!(stderr, "\nskipped: `{missing}` is not installed").unwrap();
            return None;
        }
        let mut session = Self {
            folder: tempfile::tempdir().unwrap(),
            address: String::new(),
            programs: Vec::new(),
        };
        let mut bus = session
            .command("dbus-daemon")
            .args(arguments)
            .args(["--nofork", "--print-address"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        BufReader::new(bus.stdout.take().unwrap())
            .read_line(&mut session.address)
            .unwrap();
        session.address.truncate(session.address.trim_end().len());
        session.programs.push(bus);
        Some(session)
    }

    /// With a keyring that is open.
    fn unlocked() -> Option<Self> {
        let mut session = Self::start(&["--session"])?;
        let mut keyring = session
            .command("gnome-keyring-daemon")
            .args(["--unlock", "--components=secrets", "--foreground"])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        keyring
            .stdin
            .take()
            .unwrap()
            .write_all(b"test-pass")
            .unwrap();
        session.programs.push(keyring);
        let started = Instant::now();
        while !session.has_keyring() || session.store(&[]).describe().unwrap().kind != "keyring" {
            assert!(started.elapsed() < Duration::from_secs(60));
        }
        Some(session)
    }

    /// Asks the bus and not the service: a message to a service that is not there yet makes the bus start another one,
    /// which is locked and takes the name away from the one that the test starts.
    fn has_keyring(&self) -> bool {
        let reply = self
            .command("dbus-send")
            .args([
                "--session",
                "--print-reply=literal",
                "--dest=org.freedesktop.DBus",
                "/org/freedesktop/DBus",
                "org.freedesktop.DBus.NameHasOwner",
                "string:org.freedesktop.secrets",
            ])
            .stdout(Stdio::piped())
            .output()
            .unwrap();
        String::from_utf8_lossy(&reply.stdout).contains("true")
    }

    /// A program that knows this session and nothing of the one that runs the tests.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", env::var_os("PATH").unwrap())
            .stderr(Stdio::null())
            .stdout(Stdio::null());
        for name in ["HOME", "XDG_RUNTIME_DIR", "XDG_DATA_HOME"] {
            command.env(name, self.folder.path());
        }
        if !self.address.is_empty() {
            command.env("DBUS_SESSION_BUS_ADDRESS", &self.address);
        }
        command
    }

    /// A store as another process would open it.
    fn store(&self, variables: &[(&str, &str)]) -> SecretStore {
        let find = |name: &str| match name {
            "DBUS_SESSION_BUS_ADDRESS" => Some(self.address.clone().into()),
            _ => variables
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value.into()),
        };
        SecretStore::cheap(
            find,
            Folders::at(self.folder.path().join("config")),
            Terminal::at("/nonexistent"),
        )
    }

    fn lock(&self) {
        let bus = zbus::blocking::connection::Builder::address(self.address.as_str())
            .unwrap()
            .build()
            .unwrap();
        let service = SecretService::connect_with_existing(EncryptionType::Dh, bus).unwrap();
        service.get_default_collection().unwrap().lock().unwrap();
    }

    fn signal_keyring(&self, signal: &str) {
        let keyring = self.programs.last().unwrap().id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &keyring])
                .status()
                .unwrap()
                .success()
        );
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        for program in self.programs.iter_mut().rev() {
            let _ = program.kill();
            let _ = program.wait();
        }
    }
}

fn secret(store: &SecretStore, name: &str) -> Option<String> {
    store.read(name).unwrap().map(|secret| secret.to_string())
}

fn contains(folder: &Path, text: &[u8]) -> bool {
    fs::read_dir(folder)
        .unwrap()
        .flatten()
        .any(|entry| match entry.file_type().unwrap() {
            kind if kind.is_dir() => contains(&entry.path(), text),
            kind if kind.is_file() => fs::read(entry.path())
                .unwrap()
                .windows(text.len())
                .any(|window| window == text),
            _ => false,
        })
}

#[test]
fn an_open_keyring_keeps_secrets() {
    let Some(session) = Session::unlocked() else {
        return;
    };
    let store = session.store(&[]);
    let storage = store.describe().unwrap();
    assert_eq!(storage.kind, "keyring");
    assert_eq!(storage.reason, "the Secret Service answers");
    assert!(
        storage
            .location
            .starts_with("the Secret Service (collection "),
        "{}",
        storage.location
    );
    assert_eq!(secret(&store, "profile:a:client-secret"), None);
    assert!(!store.remove("profile:a:client-secret").unwrap());
    let long = "x".repeat(20_000);
    for value in ["canary-secret é", &long] {
        store.write("profile:a:client-secret", value).unwrap();
        store.write("profile:b:client-secret", "other").unwrap();
        assert_eq!(
            secret(&session.store(&[]), "profile:a:client-secret").as_deref(),
            Some(value)
        );
        let lookup = [
            "lookup",
            "service",
            "entra-auth-cli",
            "username",
            "profile:a:client-secret",
        ];
        let witness = session
            .command("secret-tool")
            .args(lookup)
            .stdout(Stdio::piped())
            .output()
            .unwrap();
        assert_eq!(witness.stdout, value.as_bytes());
        assert!(!contains(session.folder.path(), b"canary-secret"));
    }
    assert!(store.remove("profile:a:client-secret").unwrap());
    assert_eq!(secret(&store, "profile:a:client-secret"), None);
    assert_eq!(
        secret(&store, "profile:b:client-secret").as_deref(),
        Some("other")
    );
}

#[test]
fn calls_do_not_disturb_the_runtime_that_runs_guests() {
    let Some(session) = Session::unlocked() else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(async {
        let store = session.store(&[]);
        store.write("a", "b").unwrap();
        assert_eq!(secret(&store, "a").as_deref(), Some("b"));
    });
}

#[test]
fn what_is_no_text_is_damaged() {
    let Some(session) = Session::unlocked() else {
        return;
    };
    let mut tool = session
        .command("secret-tool")
        .args([
            "store",
            "--label=x",
            "service",
            "entra-auth-cli",
            "username",
            "a",
        ])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    tool.stdin.take().unwrap().write_all(b"text").unwrap();
    assert!(tool.wait().unwrap().success());
    assert_eq!(secret(&session.store(&[]), "a").as_deref(), Some("text"));
    let bus = zbus::blocking::connection::Builder::address(session.address.as_str())
        .unwrap()
        .build()
        .unwrap();
    let service = SecretService::connect_with_existing(EncryptionType::Dh, bus).unwrap();
    let found = service.search_items([("username", "a")].into()).unwrap();
    found.unlocked[0]
        .set_secret(b"\xff\xfe", "application/octet-stream")
        .unwrap();
    assert_eq!(
        session.store(&[]).read("a").unwrap_err().fault,
        Fault::Damaged
    );
}

#[test]
fn a_locked_keyring_is_locked_and_not_empty() {
    let Some(session) = Session::unlocked() else {
        return;
    };
    session.store(&[]).write("a", "b").unwrap();
    session.lock();
    let started = Instant::now();
    // A passphrase does not make it fall back in silence.
    let store = session.store(&[("ENTRA_AUTH_CLI_PASSPHRASE", "pass")]);
    for failure in [
        store.read("a").unwrap_err(),
        store.read("none").unwrap_err(),
        store.write("a", "c").unwrap_err(),
        store.write("none", "c").unwrap_err(),
        store.remove("a").unwrap_err(),
    ] {
        assert_eq!(failure.fault, Fault::Locked, "{failure:?}");
        assert_eq!(failure.message, "the Secret Service is locked");
        assert!(failure.hint.is_some());
    }
    assert_eq!(
        store.describe().unwrap().reason,
        "the Secret Service answers, but is locked"
    );
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_service_without_a_collection_is_no_keyring() {
    let Some(session) = Session::start(&["--session"]) else {
        return;
    };
    let detected = |variables: &[_]| session.store(variables).describe().unwrap();
    assert_eq!(detected(&[]).kind, "none");
    assert!(
        detected(&[])
            .reason
            .starts_with("the Secret Service has no default collection")
    );
    assert_eq!(
        detected(&[("ENTRA_AUTH_CLI_PASSPHRASE", "pass")]).kind,
        "file"
    );
    let store = session.store(&[("ENTRA_AUTH_CLI_SECRET_STORE", "keyring")]);
    for failure in [
        store.read("a").unwrap_err(),
        store.write("a", "b").unwrap_err(),
    ] {
        assert_eq!(failure.fault, Fault::Absent, "{failure:?}");
    }
}

#[test]
fn a_bus_without_the_service_is_no_keyring() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("bus.conf");
    let listen = format!("unix:tmpdir={}", folder.path().display());
    let text = format!(
        "<busconfig><type>session</type><listen>{listen}</listen><auth>EXTERNAL</auth><policy context=\"default\">\
         <allow send_destination=\"*\" eavesdrop=\"true\"/><allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>"
    );
    fs::write(&config, text).unwrap();
    let argument = format!("--config-file={}", config.display());
    let Some(session) = Session::start(&[&argument]) else {
        return;
    };
    let storage = session.store(&[]).describe().unwrap();
    assert_eq!(storage.kind, "none");
    assert!(
        storage
            .reason
            .starts_with("no Secret Service is on the D-Bus session"),
        "{}",
        storage.reason
    );
    let failure = session
        .store(&[("ENTRA_AUTH_CLI_SECRET_STORE", "keyring")])
        .read("a")
        .unwrap_err();
    assert_eq!(failure.fault, Fault::Absent, "{failure:?}");
}

#[test]
fn a_keyring_that_was_killed_in_between_is_a_failure_and_not_empty() {
    let Some(mut session) = Session::unlocked() else {
        return;
    };
    let store = session.store(&[]);
    store.write("a", "b").unwrap();
    session.signal_keyring("-KILL");
    session.programs.pop().unwrap().wait().unwrap();
    // The bus starts another one, which has the collection but not its password.
    let failure = store.read("a").unwrap_err();
    assert!(
        matches!(failure.fault, Fault::Locked | Fault::Absent),
        "{failure:?}"
    );
}

#[test]
fn a_keyring_that_hangs_is_given_up() {
    let Some(session) = Session::unlocked() else {
        return;
    };
    let store = session.store(&[]);
    store.write("a", "b").unwrap();
    session.signal_keyring("-STOP");
    let started = Instant::now();
    let failure = store.read("a").unwrap_err();
    assert_eq!(failure.fault, Fault::TimedOut, "{failure:?}");
    assert!(started.elapsed() < Duration::from_secs(20));
}
