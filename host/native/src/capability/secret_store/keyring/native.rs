//! Keychain on macOS and Credential Manager on Windows, through the `keyring` crate.

use keyring::{Entry, Error};

use super::{Person, SERVICE, Trouble};

#[cfg(target_os = "macos")]
pub(super) const NAME: &str = "the Keychain";
#[cfg(windows)]
pub(super) const NAME: &str = "the Credential Manager";

/// The keyring of the system, which needs no connection.
pub(super) struct Connection;

impl Connection {
    pub(super) fn open(_bus: Option<&str>) -> Result<Self, Trouble> {
        match Entry::store_status() {
            Ok(()) => Ok(Self),
            Err(error) => Err(Trouble::Absent(error.to_string())),
        }
    }

    pub(super) fn close(self) {}

    pub(super) fn probe(&self, _person: Person) -> Result<(), Trouble> {
        Ok(())
    }

    pub(super) fn place(&self) -> Result<String, Trouble> {
        Ok(format!("entries named {SERVICE}"))
    }

    pub(super) fn read(&self, name: &str, _person: Person) -> Result<Option<Vec<u8>>, Trouble> {
        match entry(name)?.get_secret() {
            Ok(secret) => Ok(Some(secret)),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(trouble(error)),
        }
    }

    pub(super) fn write(&self, name: &str, value: &str, _person: Person) -> Result<(), Trouble> {
        entry(name)?.set_secret(value.as_bytes()).map_err(trouble)
    }

    pub(super) fn remove(&self, name: &str, _person: Person) -> Result<bool, Trouble> {
        match entry(name)?.delete_credential() {
            Ok(()) => Ok(true),
            Err(Error::NoEntry) => Ok(false),
            Err(error) => Err(trouble(error)),
        }
    }
}

fn entry(name: &str) -> Result<Entry, Trouble> {
    Entry::new(SERVICE, name).map_err(trouble)
}

/// Some of these errors carry the secret: their own texts are not used.
fn trouble(error: Error) -> Trouble {
    match error {
        Error::NoStorageAccess(_) => Trouble::Locked,
        Error::NoDefaultStore => Trouble::Absent("it could not be opened".to_owned()),
        Error::BadEncoding(_) | Error::BadDataFormat(..) => Trouble::NotText,
        Error::TooLong(_, limit) => Trouble::Other(format!("it takes no more than {limit} bytes")),
        Error::PlatformFailure(cause) => Trouble::Other(cause.to_string()),
        Error::Ambiguous(_) => Trouble::Other("it has several entries of this name".to_owned()),
        _ => Trouble::Other("no reason given".to_owned()),
    }
}
