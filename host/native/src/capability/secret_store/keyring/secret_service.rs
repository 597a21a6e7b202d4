//! The Secret Service of freedesktop.org over D-Bus: GNOME Keyring, KWallet, KeePassXC.
//!
//! Source: <https://specifications.freedesktop.org/secret-service-spec/latest/>. This goes below the `keyring` crate,
//! which says "no entry" for a secret in a locked collection of some services and for a service without a collection,
//! and opens windows that it then waits for without end.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::thread;

use secret_service::blocking::{Collection, Item, SecretService};
use secret_service::{EncryptionType, Error};
use zbus::blocking::connection;

use super::{ANSWER_TIME, Person, SERVICE, Trouble};

pub(super) const NAME: &str = "the Secret Service";

/// An encrypted session with the service.
pub(super) struct Connection(SecretService<'static>);

impl Connection {
    /// The service is started by the bus if it is installed.
    pub(super) fn open(bus: Option<&str>) -> Result<Self, Trouble> {
        let bus = bus
            .map_or_else(connection::Builder::session, connection::Builder::address)
            .and_then(|bus| bus.method_timeout(ANSWER_TIME).build())
            .map_err(|_| Trouble::Absent("there is no D-Bus session".to_owned()))?;
        SecretService::connect_with_existing(EncryptionType::Dh, bus)
            .map(Self)
            .map_err(trouble)
    }

    /// Closing blocks too.
    pub(super) fn close(self) {
        let _ = thread::Builder::new().spawn(move || drop(self.0));
    }

    /// Without a collection it can be used only if somebody can be asked for the password of a new one.
    pub(super) fn probe(&self, person: Person) -> Result<(), Trouble> {
        match self.0.get_default_collection() {
            Ok(collection) if collection.is_locked().map_err(trouble)? => Err(Trouble::Locked),
            Ok(_) => Ok(()),
            Err(Error::NoResult) if person == Person::Present => Ok(()),
            Err(error) => Err(trouble(error)),
        }
    }

    /// The collection's name.
    pub(super) fn place(&self) -> Result<String, Trouble> {
        let collection = self.0.get_default_collection().map_err(trouble)?;
        Ok(format!(
            "collection {}",
            collection.get_label().map_err(trouble)?
        ))
    }

    pub(super) fn read(&self, name: &str, person: Person) -> Result<Option<Vec<u8>>, Trouble> {
        let items = self.find(name, person)?;
        items
            .first()
            .map(Item::get_secret)
            .transpose()
            .map_err(trouble)
    }

    pub(super) fn write(&self, name: &str, value: &str, person: Person) -> Result<(), Trouble> {
        let items = match self.find(name, person) {
            // No collection yet: it is made below.
            Err(Trouble::Absent(_)) => Vec::new(),
            result => result?,
        };
        // Other programs may have left several: all are changed, so that it does not matter which is read.
        for item in &items {
            item.set_secret(value.as_bytes(), CONTENT_TYPE)
                .map_err(trouble)?;
        }
        if items.is_empty() {
            let collection = self.collection_or_new(person)?;
            let label = format!("{SERVICE} {name}");
            collection
                .create_item(
                    &label,
                    attributes(name),
                    value.as_bytes(),
                    true,
                    CONTENT_TYPE,
                )
                .map_err(trouble)?;
        }
        Ok(())
    }

    pub(super) fn remove(&self, name: &str, person: Person) -> Result<bool, Trouble> {
        let items = self.find(name, person)?;
        for item in &items {
            item.delete().map_err(trouble)?;
        }
        Ok(!items.is_empty())
    }

    /// The unlocked items of this name. No items means that there are none, not that they cannot be seen.
    fn find(&self, name: &str, person: Person) -> Result<Vec<Item<'_>>, Trouble> {
        let found = self.0.search_items(attributes(name)).map_err(trouble)?;
        if !found.unlocked.is_empty() {
            return Ok(found.unlocked);
        }
        if !found.locked.is_empty() {
            require(person)?;
            for item in &found.locked {
                item.unlock().map_err(trouble)?;
            }
            return Ok(found.locked);
        }
        // Some services find nothing in a locked collection.
        let collection = self.0.get_default_collection().map_err(trouble)?;
        if !unlock(&collection, person)? {
            return Ok(Vec::new());
        }
        Ok(self
            .0
            .search_items(attributes(name))
            .map_err(trouble)?
            .unlocked)
    }

    fn collection_or_new(&self, person: Person) -> Result<Collection<'_>, Trouble> {
        let collection = match self.0.get_default_collection() {
            Err(Error::NoResult) if person == Person::Present => {
                self.0.create_collection("Login", "default")
            }
            result => result,
        };
        let collection = collection.map_err(trouble)?;
        unlock(&collection, person)?;
        Ok(collection)
    }
}

/// True if it was locked and now is not.
fn unlock(collection: &Collection<'_>, person: Person) -> Result<bool, Trouble> {
    if !collection.is_locked().map_err(trouble)? {
        return Ok(false);
    }
    require(person)?;
    collection.unlock().map_err(trouble)?;
    Ok(true)
}

/// Without a display the window that unlocks never appears, and some services wait for it all the same.
fn require(person: Person) -> Result<(), Trouble> {
    match person {
        Person::Present => Ok(()),
        Person::Away => Err(Trouble::Locked),
    }
}

fn attributes(name: &str) -> HashMap<&str, &str> {
    HashMap::from([("service", SERVICE), ("username", name)])
}

fn trouble(error: Error) -> Trouble {
    match error {
        Error::Locked | Error::Prompt => Trouble::Locked,
        Error::NoResult => {
            Trouble::Absent("the Secret Service has no default collection".to_owned())
        }
        Error::Unavailable => Trouble::Absent("there is no D-Bus session".to_owned()),
        Error::PromptDisconnected => {
            Trouble::Other("it ended while it was to be unlocked".to_owned())
        }
        Error::Crypto(_) | Error::Zvariant(_) => {
            Trouble::Other("its answer cannot be understood".to_owned())
        }
        Error::Zbus(error) => bus_trouble(error),
        Error::ZbusFdo(error) => bus_trouble(error.into()),
        _ => Trouble::Other("no reason given".to_owned()),
    }
}

fn bus_trouble(error: zbus::Error) -> Trouble {
    match error {
        zbus::Error::MethodError(name, _, _) if name.ends_with(".IsLocked") => Trouble::Locked,
        zbus::Error::MethodError(name, _, _) if is_missing_service(&name) => {
            Trouble::Absent("no Secret Service is on the D-Bus session".to_owned())
        }
        zbus::Error::MethodError(name, _, _) => Trouble::Other(format!("it answers `{name}`")),
        zbus::Error::FDO(error) if matches!(*error, zbus::fdo::Error::ServiceUnknown(_)) => {
            Trouble::Absent("no Secret Service is on the D-Bus session".to_owned())
        }
        zbus::Error::InputOutput(error) if error.kind() == ErrorKind::TimedOut => Trouble::TimedOut,
        zbus::Error::InputOutput(_) => {
            Trouble::Other("the connection to the D-Bus session broke".to_owned())
        }
        _ => Trouble::Other("its answer cannot be understood".to_owned()),
    }
}

fn is_missing_service(name: &str) -> bool {
    let name = name
        .strip_prefix("org.freedesktop.DBus.Error.")
        .unwrap_or_default();
    name == "ServiceUnknown" || name == "NameHasNoOwner" || name.starts_with("Spawn.")
}

/// As the specification's examples; readers in other languages look at the bytes alone.
const CONTENT_TYPE: &str = "text/plain";
