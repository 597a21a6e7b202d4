//! The capabilities `secret-store` and `secret-writer`: the system's keyring, an encrypted file, or nothing.
//!
//! Which of them is decided once in a process, at the first call, and never by falling back in silence: what is chosen
//! and why is part of [`Choice`], and a keyring that is there but locked stays the chosen one.

mod encrypted_file;
mod failure;
mod given_passphrase;
mod keyring;

use std::env;
use std::ffi::OsString;
use std::sync::{Mutex, MutexGuard, PoisonError};

use wasmtime::component::{HasData, Linker};
use zeroize::Zeroizing;

use crate::capability::bindings::entra_auth::core::errors::{Failure, Fault};
use crate::capability::bindings::entra_auth::core::secret_writer::Storage;
use crate::capability::bindings::entra_auth::core::{secret_store, secret_writer};
use crate::system::folders::Folders;
use crate::system::kept_key::KeyTimeout;
use crate::system::terminal::Terminal;
use crate::system::variable;
use encrypted_file::{EncryptedFile, Passphrase};
use given_passphrase::GivenPassphrase;
use keyring::{Keyring, Probe};

/// The stores of this user and which one is used.
pub(crate) struct SecretStore {
    wanted: Option<OsString>,
    choice: Mutex<Option<Choice>>,
    keyring: Keyring,
    file: EncryptedFile,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Keyring,
    File,
    None,
}

/// Which store is used and why.
#[derive(Clone, Debug)]
struct Choice {
    kind: Kind,
    reason: String,
    /// True if nobody asked for this kind, so that another one may be offered.
    is_detected: bool,
}

impl SecretStore {
    /// As the variables of this process say. `terminal` is asked for a passphrase when one is needed.
    pub(crate) fn from_environment(folders: Folders, terminal: Terminal) -> Self {
        Self::from_variables(|name| env::var_os(name), folders, terminal)
    }

    /// As the variables say that `value_of` looks up.
    pub(crate) fn from_variables(
        value_of: impl Fn(&str) -> Option<OsString>,
        folders: Folders,
        terminal: Terminal,
    ) -> Self {
        let given = |name: &str| value_of(name).filter(|value| !value.is_empty());
        let passphrase = Passphrase::new(GivenPassphrase::from_variables(given), terminal);
        Self {
            wanted: given("ENTRA_AUTH_CLI_SECRET_STORE").and_then(variable::meant),
            choice: Mutex::new(None),
            keyring: Keyring::from_variables(given, &folders),
            file: EncryptedFile::new(folders, passphrase, KeyTimeout::from_variables(given)),
        }
    }

    /// As [`Self::from_variables`], with a passphrase that is derived from in no time.
    #[cfg(all(test, unix))]
    pub(crate) fn cheap(
        value_of: impl Fn(&str) -> Option<OsString>,
        folders: Folders,
        terminal: Terminal,
    ) -> Self {
        let mut store = Self::from_variables(value_of, folders, terminal);
        store.file.make_cheap();
        store
    }

    /// The secret, if there is one.
    pub(crate) fn read(&self, name: &str) -> Result<Option<Zeroizing<String>>, Failure> {
        check_name(name)?;
        match self.choice()?.kind {
            Kind::Keyring => self.keyring.read(name),
            Kind::File => self.file.read(name),
            Kind::None => Ok(None),
        }
    }

    /// The same for what can be done without: nobody is asked to unlock a keyring for it. A passphrase that is not given is
    /// asked for all the same, because there a person sits in front of it.
    pub(crate) fn read_at_once(&self, name: &str) -> Result<Option<Zeroizing<String>>, Failure> {
        check_name(name)?;
        match self.choice_at_once()?.kind {
            Kind::Keyring => self.keyring.read_at_once(name),
            Kind::File => self.file.read(name),
            Kind::None => Ok(None),
        }
    }

    /// Store the secret. Offers to make an encrypted file where nothing else was found and somebody can be asked.
    pub(crate) fn write(&self, name: &str, value: &str) -> Result<(), Failure> {
        check_name(name)?;
        check_value(value)?;
        let choice = self.choice()?;
        match choice.kind {
            Kind::Keyring => self.keyring.write(name, value),
            Kind::File => self.file.write(name, value),
            Kind::None if choice.is_detected && self.file.can_ask() => {
                self.file.write(name, value)?;
                *self.chosen() = Some(Choice::detected(Kind::File, "it was made just now"));
                Ok(())
            }
            Kind::None => Err(nowhere(&choice)),
        }
    }

    /// Remove the secret; true if there was one.
    pub(crate) fn remove(&self, name: &str) -> Result<bool, Failure> {
        check_name(name)?;
        match self.choice()?.kind {
            Kind::Keyring => self.keyring.remove(name),
            Kind::File => self.file.remove(name),
            Kind::None => Ok(false),
        }
    }

    /// Fails with `absent` where nothing can be kept without asking somebody to make a store first. For what can be done without.
    pub(crate) fn require_storage(&self) -> Result<(), Failure> {
        let choice = self.choice_at_once()?;
        if choice.kind == Kind::None {
            Err(nowhere(&choice))
        } else {
            Ok(())
        }
    }

    /// What decides which secrets are read, found out without waking a store: the same text means the same store. Nothing
    /// where none is used.
    pub(crate) fn origin(&self) -> Option<String> {
        let wanted = self.wanted.as_ref().map(Choice::wanted).transpose().ok()?;
        let kind = wanted.map(|choice| choice.kind);
        if kind == Some(Kind::None) {
            return None;
        }
        let (path, salt) = (self.file.path().ok()?, self.file.salt());
        Some(format!(
            "{kind:?} {:?} {path:?} {salt:02x?}",
            self.keyring.bus()
        ))
    }

    /// From now on a person is asked for the passphrase again.
    pub(crate) fn forget_kept(&self) {
        self.file.forget_kept();
    }

    fn describe(&self) -> Result<Storage, Failure> {
        let choice = self.choice()?;
        let (kind, location) = match choice.kind {
            Kind::Keyring => ("keyring", self.keyring.location()),
            Kind::File => ("file", self.file.path()?.display().to_string()),
            Kind::None => (
                "none",
                "nowhere: secrets come from variables and options only".to_owned(),
            ),
        };
        Ok(Storage {
            kind: kind.to_owned(),
            location,
            reason: choice.reason,
            asks: choice.kind == Kind::File && self.file.origin_of_passphrase().is_none(),
        })
    }

    fn choice(&self) -> Result<Choice, Failure> {
        let mut chosen = self.chosen();
        if let Some(choice) = &*chosen {
            return Ok(choice.clone());
        }
        let choice = match &self.wanted {
            Some(wanted) => Choice::wanted(wanted)?,
            None => self.detect(self.keyring.probe()),
        };
        *chosen = Some(choice.clone());
        Ok(choice)
    }

    /// The same for what can be done without. A keyring that says nothing at once may yet be the store of those who wait for it.
    fn choice_at_once(&self) -> Result<Choice, Failure> {
        let mut chosen = self.chosen();
        if chosen.is_none() && self.wanted.is_none() {
            match self.keyring.probe_at_once() {
                Probe::Silent(reason) => {
                    return Err(failure::new(
                        Fault::TimedOut,
                        reason,
                        "restart it, or set ENTRA_AUTH_CLI_SECRET_STORE to file or none",
                    ));
                }
                probe => *chosen = Some(self.detect(probe)),
            }
        }
        drop(chosen);
        self.choice()
    }

    fn detect(&self, keyring: Probe) -> Choice {
        let no_keyring = match keyring {
            Probe::Usable(reason) => return Choice::detected(Kind::Keyring, reason),
            Probe::Useless(reason) | Probe::Silent(reason) => reason,
        };
        if let Some(origin) = self.file.origin_of_passphrase() {
            Choice::detected(Kind::File, format!("{no_keyring}, and {origin} is set"))
        } else if self.file.exists() {
            Choice::detected(Kind::File, format!("{no_keyring}, and the file is there"))
        } else {
            Choice::detected(
                Kind::None,
                format!("{no_keyring}, and ENTRA_AUTH_CLI_PASSPHRASE is not set"),
            )
        }
    }

    fn chosen(&self) -> MutexGuard<'_, Option<Choice>> {
        self.choice.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Choice {
    fn wanted(wanted: &OsString) -> Result<Self, Failure> {
        let kind = match wanted.to_str() {
            Some("keyring") => Kind::Keyring,
            Some("file") => Kind::File,
            Some("none") => Kind::None,
            _ => {
                return Err(failure::new(
                    Fault::Other,
                    format!(
                        "`ENTRA_AUTH_CLI_SECRET_STORE` is {wanted:?}, which is no kind of store"
                    ),
                    "set it to keyring, file or none, or unset it",
                ));
            }
        };
        Ok(Self {
            kind,
            reason: "ENTRA_AUTH_CLI_SECRET_STORE says so".to_owned(),
            is_detected: false,
        })
    }

    fn detected(kind: Kind, reason: impl Into<String>) -> Self {
        Self {
            kind,
            reason: reason.into(),
            is_detected: true,
        }
    }
}

fn nowhere(choice: &Choice) -> Failure {
    failure::new(
        Fault::Absent,
        format!("there is nowhere to keep secrets: {}", choice.reason),
        "give the client secret in AZURE_CLIENT_SECRET each time, or set ENTRA_AUTH_CLI_PASSPHRASE to keep secrets in \
         an encrypted file",
    )
}

/// Names become attributes in a keyring; Windows takes no longer ones.
fn check_name(name: &str) -> Result<(), Failure> {
    if name.is_empty() || name.len() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(failure::new(
            Fault::Other,
            format!("{name:?} cannot be the name of a secret"),
            format!("use 1 to {LONGEST_NAME} bytes without control characters"),
        ));
    }
    Ok(())
}

fn check_value(value: &str) -> Result<(), Failure> {
    if value.len() > LARGEST_VALUE {
        return Err(failure::new(
            Fault::Denied,
            format!("the secret is larger than {LARGEST_VALUE} bytes"),
            "check that this is the secret that was meant",
        ));
    }
    Ok(())
}

/// The store during a call.
pub(crate) struct SecretStoreView<'a> {
    pub(crate) store: &'a SecretStore,
}

impl secret_store::Host for SecretStoreView<'_> {
    fn read(&mut self, name: String) -> Result<Option<String>, Failure> {
        let secret = self.store.read(&name)?;
        Ok(secret.map(|mut secret| std::mem::take(&mut *secret)))
    }
}

impl secret_writer::Host for SecretStoreView<'_> {
    fn write(&mut self, name: String, value: String) -> Result<(), Failure> {
        self.store.write(&name, &Zeroizing::new(value))
    }

    fn remove(&mut self, name: String) -> Result<bool, Failure> {
        self.store.remove(&name)
    }

    fn describe(&mut self) -> Result<Storage, Failure> {
        self.store.describe()
    }
}

impl HasData for SecretStore {
    type Data<'a> = SecretStoreView<'a>;
}

/// Lend reading and changing to guests; which of the two a guest gets, its imports say.
pub(crate) fn add_to_linker<T: 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> SecretStoreView<'_>,
) -> wasmtime::Result<()> {
    secret_store::add_to_linker::<T, SecretStore>(linker, view)?;
    secret_writer::add_to_linker::<T, SecretStore>(linker, view)
}

/// Without what keeps the entries of a folder apart.
const LONGEST_NAME: usize = 255 - 17;

/// A PFX in base64 fits; a mistaken file does not.
const LARGEST_VALUE: usize = 64 << 10;

#[cfg(test)]
#[cfg(unix)]
mod tests;
