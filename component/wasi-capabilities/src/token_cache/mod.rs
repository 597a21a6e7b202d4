//! `token-cache`: sealed files in a preopened folder where `ENTRA_AUTH_CLI_CACHE_KEY` is set, else this instance's memory.

mod key;
mod lease;
mod memory;
mod sealed_files;

use std::time::Duration;

use cache_entry::{EntryName, Misuse, check_client};

use crate::WasiCapabilities;
use crate::bindings::exports::entra_auth::core::token_cache::{
    Guest, GuestHeldEntry, HeldEntry, Name,
};
use crate::failure::{Capability, Failure, Fault, failure};
use lease::Lease;
use sealed_files::SealedFiles;

impl Guest for WasiCapabilities {
    type HeldEntry = Held;

    fn read(name: Name) -> Result<Option<Vec<u8>>, Failure> {
        read(&checked(name)?)
    }

    fn hold(name: Name, time_limit: u32) -> Result<HeldEntry, Failure> {
        let name = checked(name)?;
        // In memory there is one thread, so whoever holds an entry is alone with it.
        let lease = match SealedFiles::of_this_process()? {
            Some(files) => Some(files.hold(&name, Duration::from_secs(time_limit.into()))?),
            None => None,
        };
        Ok(HeldEntry::new(Held {
            name,
            _lease: lease,
        }))
    }

    fn remove(client: String) -> Result<u32, Failure> {
        check_client(&client)?;
        match SealedFiles::of_this_process()? {
            Some(files) => files.remove(&client),
            None => Ok(memory::remove(&client)),
        }
    }
}

/// The lease is given back when this is dropped.
pub(crate) struct Held {
    name: EntryName,
    _lease: Option<Lease>,
}

impl GuestHeldEntry for Held {
    fn read(&self) -> Result<Option<Vec<u8>>, Failure> {
        read(&self.name)
    }

    fn write(&self, content: Vec<u8>, keep_until: i64) -> Result<(), Failure> {
        match SealedFiles::of_this_process()? {
            Some(files) => files.write(&self.name, &content, keep_until)?,
            None => memory::write(&self.name, content, keep_until),
        }
        Ok(())
    }
}

fn read(name: &EntryName) -> Result<Option<Vec<u8>>, Failure> {
    match SealedFiles::of_this_process()? {
        Some(files) => files.read(name),
        None => Ok(memory::read(name)),
    }
}

fn checked(name: Name) -> Result<EntryName, Failure> {
    Ok(EntryName::new(name.client, name.entry)?)
}

impl From<Misuse> for Failure {
    fn from(misuse: Misuse) -> Self {
        let fault = match misuse {
            Misuse::Name(_) => Fault::Other,
            Misuse::Size => Fault::Denied,
        };
        failure(
            Capability::TokenCache,
            fault,
            misuse.message(),
            misuse.hint(),
        )
    }
}
