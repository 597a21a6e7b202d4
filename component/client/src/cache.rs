//! The token cache, read and written as entries.

use std::time::Duration;

use protocol::token::cache::{CacheEntry, CacheKey};
use protocol::token::named_account::NamedAccount;
use protocol::value::time::Timestamp;

use crate::bindings::entra_auth::core::token_cache::{self, HeldEntry, Name};
use crate::error::Failure;

/// How long to wait for another process that gets the same token, when the caller sets no limit: as long as a slow
/// request may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// The entry as it is stored now, without its lock.
pub(crate) fn read(key: &CacheKey) -> Result<Option<CacheEntry>, Failure> {
    let bytes = token_cache::read(&name(key))?;
    Ok(bytes.and_then(|bytes| CacheEntry::from_bytes(&bytes, key)))
}

/// Whom the name of this key has led to.
pub(crate) fn named(key: &CacheKey) -> Result<Option<NamedAccount>, Failure> {
    let bytes = token_cache::read(&name(key))?;
    Ok(bytes.and_then(|bytes| NamedAccount::from_bytes(&bytes, key)))
}

/// Takes the entry's lock, waiting for whoever has it.
pub(crate) fn hold(key: &CacheKey, time_limit: Option<Duration>) -> Result<Held<'_>, Failure> {
    let seconds = time_limit.unwrap_or(PATIENCE).as_secs();
    let entry = token_cache::hold(&name(key), u32::try_from(seconds).unwrap_or(u32::MAX))?;
    Ok(Held { entry, key })
}

/// Removes all of the client's entries; returns how many there were.
pub(crate) fn remove(key: &CacheKey) -> Result<u32, Failure> {
    token_cache::remove(key.client())
}

/// Keys that are kept, if the cache has any.
pub(crate) fn read_keys(key: &CacheKey) -> Option<Vec<u8>> {
    token_cache::read(&name(key)).ok().flatten()
}

/// Keeps keys. Whoever finds none fetches them, so it may fail, and nobody waits for a lock.
pub(crate) fn write_keys(key: &CacheKey, bytes: &[u8], keep_until: Timestamp) {
    if let Ok(entry) = token_cache::hold(&name(key), 0) {
        drop(entry.write(bytes, seconds(keep_until)));
    }
}

/// An entry whose lock is held.
pub(crate) struct Held<'a> {
    entry: HeldEntry,
    key: &'a CacheKey,
}

impl Held<'_> {
    /// The entry as it is now that nobody else writes.
    pub(crate) fn read(&self) -> Result<Option<CacheEntry>, Failure> {
        let bytes = self.entry.read()?;
        Ok(bytes.and_then(|bytes| CacheEntry::from_bytes(&bytes, self.key)))
    }

    /// Whether it is the entry of this key.
    pub(crate) fn is_of(&self, key: &CacheKey) -> bool {
        self.key == key
    }

    /// Replaces the entry.
    pub(crate) fn write(&self, entry: &CacheEntry) -> Result<(), Failure> {
        self.replace(&entry.to_bytes(self.key), entry.keep_until())
    }

    /// Notes whom the name leads to.
    pub(crate) fn write_named(&self, named: &NamedAccount) -> Result<(), Failure> {
        self.replace(&named.to_bytes(self.key), named.keep_until())
    }

    fn replace(&self, bytes: &[u8], keep_until: Timestamp) -> Result<(), Failure> {
        self.entry.write(bytes, seconds(keep_until))
    }
}

fn seconds(time: Timestamp) -> i64 {
    i64::try_from(time.unix_seconds()).unwrap_or(i64::MAX)
}

fn name(key: &CacheKey) -> Name {
    Name {
        client: key.client().to_owned(),
        entry: key.entry().to_owned(),
    }
}
