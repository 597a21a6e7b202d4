//! The system's keyring: Secret Service, Keychain or Credential Manager.
//!
//! One entry a secret, with the attributes `service` and `username` of the `keyring` crate and of its relatives in
//! other languages, so that they find each other's. Keyrings may wait for a person or for a process that never answers:
//! each call runs on a thread of its own and is given up after a while.

use std::ffi::OsString;
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use ring::digest::{SHA256, digest};
use zeroize::{Zeroize, Zeroizing};

use super::failure;
use crate::capability::bindings::entra_auth::core::errors::{Failure, Fault};
use crate::system::folders::Folders;
use crate::system::patience::Wait;

#[cfg(any(target_os = "macos", windows))]
#[path = "native.rs"]
mod platform;
#[cfg(all(unix, not(target_os = "macos")))]
#[path = "secret_service.rs"]
mod platform;

use platform::Connection;

/// The keyring of this user.
pub(super) struct Keyring {
    /// Kept between calls; with a call's thread while that runs.
    connection: Mutex<Option<Connection>>,
    /// D-Bus address of the session, where there is D-Bus; without one its usual places are tried.
    bus: Option<String>,
    person: Person,
    /// After the names of entries that belong to a folder of their own.
    suffix: String,
}

/// Whether the keyring may open a window to have itself unlocked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Person {
    Away,
    Present,
}

/// Whether the keyring can be used, and why.
pub(super) enum Probe {
    Usable(String),
    Useless(String),
    /// It said nothing in the time that it had.
    Silent(String),
}

/// Why the keyring did not do it.
enum Trouble {
    /// There is none; the text says how that shows.
    Absent(String),
    /// It was asked for, and the person closed the window or there is nobody to open it.
    Locked,
    /// It holds something else than text.
    NotText,
    /// It refuses for another reason; the text never holds a secret.
    Other(String),
    TimedOut,
}

impl Keyring {
    /// As the variables say that `variable` looks up. All folders of this user have the one keyring: the entries of a folder
    /// that a variable names are apart from those of the usual one, which a stranger's folder must neither read nor remove.
    pub(super) fn from_variables(
        variable: impl Fn(&str) -> Option<OsString>,
        folders: &Folders,
    ) -> Self {
        let has_display = crate::system::platform::HAS_OWN_DISPLAY
            || variable("DISPLAY").is_some()
            || variable("WAYLAND_DISPLAY").is_some();
        Self {
            connection: Mutex::new(None),
            bus: variable("DBUS_SESSION_BUS_ADDRESS")
                .and_then(|address| address.into_string().ok()),
            person: if has_display {
                Person::Present
            } else {
                Person::Away
            },
            suffix: folders.chosen().map(suffix).unwrap_or_default(),
        }
    }

    pub(super) fn bus(&self) -> Option<&str> {
        self.bus.as_deref()
    }

    /// Why this keyring can be used, or why not.
    pub(super) fn probe(&self) -> Probe {
        self.probe_within(ANSWER_TIME)
    }

    /// The same for what can be done without.
    pub(super) fn probe_at_once(&self) -> Probe {
        self.probe_within(BRIEF)
    }

    fn probe_within(&self, time: Duration) -> Probe {
        let (name, person) = (platform::NAME, self.person);
        let _wait = Wait::of(name);
        match self.call(time, move |connection| connection.probe(person)) {
            Ok(()) => Probe::Usable(format!("{name} answers")),
            Err(Trouble::Absent(reason)) => Probe::Useless(reason),
            // It is there: what is wrong with it has to be said when it is used.
            Err(Trouble::Locked) => Probe::Usable(format!("{name} answers, but is locked")),
            Err(Trouble::TimedOut) => Probe::Silent(format!("{name} does not answer")),
            Err(Trouble::NotText) => {
                Probe::Useless(format!("{name} answers in no way that is understood"))
            }
            Err(Trouble::Other(reason)) => {
                Probe::Useless(format!("{name} does not work: {reason}"))
            }
        }
    }

    pub(super) fn location(&self) -> String {
        match self.call(ANSWER_TIME, |connection| connection.place()) {
            Ok(place) => format!("{} ({place})", platform::NAME),
            Err(_) => platform::NAME.to_owned(),
        }
    }

    pub(super) fn read(&self, name: &str) -> Result<Option<Zeroizing<String>>, Failure> {
        self.read_with(name, self.person, self.patience())
    }

    /// For what can be done without: a window is never opened for it, and it is not waited for.
    pub(super) fn read_at_once(&self, name: &str) -> Result<Option<Zeroizing<String>>, Failure> {
        // The keyrings of these systems ask by themselves.
        if crate::system::platform::HAS_OWN_DISPLAY {
            return self.read(name);
        }
        self.read_with(name, Person::Away, BRIEF)
    }

    fn read_with(
        &self,
        name: &str,
        person: Person,
        time: Duration,
    ) -> Result<Option<Zeroizing<String>>, Failure> {
        let name = self.entry(name);
        let _wait = wait_for_window();
        self.call(time, move |connection| connection.read(&name, person))
            .and_then(|secret| secret.map(into_text).transpose())
            .map_err(|trouble| failure_of(trouble, person, time))
    }

    pub(super) fn write(&self, name: &str, value: &str) -> Result<(), Failure> {
        let (name, value, person) = (
            self.entry(name),
            Zeroizing::new(value.to_owned()),
            self.person,
        );
        self.call_person(move |connection| connection.write(&name, &value, person))
    }

    pub(super) fn remove(&self, name: &str) -> Result<bool, Failure> {
        let (name, person) = (self.entry(name), self.person);
        self.call_person(move |connection| connection.remove(&name, person))
    }

    fn entry(&self, name: &str) -> String {
        format!("{name}{}", self.suffix)
    }

    fn patience(&self) -> Duration {
        match self.person {
            Person::Away => ANSWER_TIME,
            Person::Present => UNLOCK_TIME,
        }
    }

    fn call_person<T: Send + 'static>(
        &self,
        work: impl Fn(&Connection) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Failure> {
        let time = self.patience();
        let _wait = wait_for_window();
        self.call(time, work)
            .map_err(|trouble| failure_of(trouble, self.person, time))
    }

    /// Run `work` on a thread of its own: blocking calls are not allowed on the thread that runs guests, and one that
    /// never returns can be left behind there.
    fn call<T: Send + 'static>(
        &self,
        time: Duration,
        work: impl Fn(&Connection) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Trouble> {
        let kept = self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let bus = self.bus.clone();
        let (sender, receiver) = mpsc::sync_channel(1);
        thread::Builder::new()
            .name("keyring".to_owned())
            .spawn(move || {
                // Nobody listens any more when the time has passed.
                let _ = sender.send(run(kept, bus.as_deref(), work));
            })
            .map_err(|error| Trouble::Other(error.to_string()))?;
        let (connection, result) = receiver.recv_timeout(time).map_err(|error| match error {
            RecvTimeoutError::Timeout => Trouble::TimedOut,
            RecvTimeoutError::Disconnected => Trouble::Other("the call broke off".to_owned()),
        })?;
        *self
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = connection;
        result
    }
}

impl Drop for Keyring {
    fn drop(&mut self) {
        let kept = self
            .connection
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(connection) = kept {
            connection.close();
        }
    }
}

/// The result, and the connection if it is still good. A kept one may have gone stale: then once more with a new one.
fn run<T>(
    kept: Option<Connection>,
    bus: Option<&str>,
    work: impl Fn(&Connection) -> Result<T, Trouble>,
) -> (Option<Connection>, Result<T, Trouble>) {
    if let Some(connection) = kept {
        match work(&connection) {
            Err(Trouble::Other(_) | Trouble::TimedOut) => {}
            result => return (Some(connection), result),
        }
    }
    match Connection::open(bus) {
        Ok(connection) => {
            let result = work(&connection);
            (Some(connection), result)
        }
        Err(trouble) => (None, Err(trouble)),
    }
}

/// Tells a person what is waited for, if it takes long.
fn wait_for_window() -> Wait {
    Wait::of(&format!(
        "{}, which may have opened a window",
        platform::NAME
    ))
}

/// `time` is what was waited.
fn failure_of(trouble: Trouble, person: Person, time: Duration) -> Failure {
    let name = platform::NAME;
    let elsewhere = "set ENTRA_AUTH_CLI_SECRET_STORE=file and ENTRA_AUTH_CLI_PASSPHRASE to use an encrypted file";
    match trouble {
        Trouble::Absent(reason) => failure::new(
            Fault::Absent,
            format!("there is no keyring: {reason}"),
            format!("start one, or {elsewhere}"),
        ),
        Trouble::Locked => failure::new(
            Fault::Locked,
            format!("{name} is locked"),
            format!("unlock it, or {elsewhere}"),
        ),
        Trouble::TimedOut if person == Person::Present => failure::new(
            Fault::Locked,
            format!("{name} was not unlocked within {} seconds", time.as_secs()),
            format!("unlock it, or {elsewhere}"),
        ),
        Trouble::TimedOut => failure::new(
            Fault::TimedOut,
            format!("{name} did not answer within {} seconds", time.as_secs()),
            format!("restart it, or {elsewhere}"),
        ),
        Trouble::NotText => failure::new(
            Fault::Damaged,
            format!("{name} holds something else than text under this name"),
            "store the secret anew",
        ),
        Trouble::Other(reason) => failure::new(
            Fault::Other,
            format!("{name} refused: {reason}"),
            format!("look into it, or {elsewhere}"),
        ),
    }
}

fn into_text(secret: Vec<u8>) -> Result<Zeroizing<String>, Trouble> {
    String::from_utf8(secret)
        .map(Zeroizing::new)
        .map_err(|error| {
            error.into_bytes().zeroize();
            Trouble::NotText
        })
}

/// Under which all entries are filed.
const SERVICE: &str = "entra-auth-cli";

/// Of all that the path of a folder may be, as much as keeps two folders apart: paths are longer than names may be.
fn suffix(folder: &Path) -> String {
    let digest = digest(&SHA256, folder.as_os_str().as_encoded_bytes());
    let start: String = digest
        .as_ref()
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("@{start}")
}

/// An open keyring answers in milliseconds.
const BRIEF: Duration = Duration::from_secs(2);

/// A keyring answers in milliseconds; one that has to be started takes a second or two.
const ANSWER_TIME: Duration = Duration::from_secs(10);

/// Time enough to find the window and type a password.
const UNLOCK_TIME: Duration = Duration::from_secs(60);
