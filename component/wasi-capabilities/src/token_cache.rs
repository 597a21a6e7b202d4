//! `token-cache`: in this instance's memory, and gone with it; see the crate's description.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::WasiCapabilities;
use crate::bindings::exports::entra_auth::core::token_cache::{
    Guest, GuestHeldEntry, HeldEntry, Name,
};
use crate::failure::Failure;

/// A token is some kilobytes long.
const CAPACITY: usize = 4096;

thread_local! {
    static KEPT: RefCell<Kept> = RefCell::default();
}

impl Guest for WasiCapabilities {
    type HeldEntry = Held;

    fn read(name: Name) -> Result<Option<Vec<u8>>, Failure> {
        Ok(KEPT.with_borrow(|kept| kept.read(&key(&name))))
    }

    /// There is one thread, so whoever holds an entry is alone with it.
    fn hold(name: Name, _time_limit: u32) -> Result<HeldEntry, Failure> {
        Ok(HeldEntry::new(Held(key(&name))))
    }

    fn remove(client: String) -> Result<u32, Failure> {
        Ok(KEPT.with_borrow_mut(|kept| kept.remove(&client)))
    }
}

/// An entry by its two names.
type Key = (String, String);

pub(crate) struct Held(Key);

impl GuestHeldEntry for Held {
    fn read(&self) -> Result<Option<Vec<u8>>, Failure> {
        Ok(KEPT.with_borrow(|kept| kept.read(&self.0)))
    }

    fn write(&self, content: Vec<u8>, keep_until: i64) -> Result<(), Failure> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.ok().and_then(|now| i64::try_from(now.as_secs()).ok());
        KEPT.with_borrow_mut(|kept| {
            kept.write(self.0.clone(), content, keep_until, now.unwrap_or_default());
        });
        Ok(())
    }
}

fn key(name: &Name) -> Key {
    (name.client.clone(), name.entry.clone())
}

/// Entries, and until when somebody may need them.
#[derive(Default)]
struct Kept(BTreeMap<Key, (Vec<u8>, i64)>);

impl Kept {
    fn read(&self, key: &Key) -> Option<Vec<u8>> {
        self.0.get(key).map(|(content, _)| content.clone())
    }

    fn write(&mut self, key: Key, content: Vec<u8>, keep_until: i64, now: i64) {
        if self.0.len() >= CAPACITY && !self.0.contains_key(&key) {
            self.make_room(now);
        }
        self.0.insert(key, (content, keep_until));
    }

    /// What nobody needs any more goes first, then the entry whose time ends first.
    fn make_room(&mut self, now: i64) {
        self.0.retain(|_, (_, keep_until)| *keep_until > now);
        if self.0.len() >= CAPACITY {
            let first = self.0.iter().min_by_key(|(_, (_, keep_until))| *keep_until);
            let first = first.map(|(key, _)| key.clone());
            first.map(|key| self.0.remove(&key));
        }
    }

    fn remove(&mut self, client: &str) -> u32 {
        let before = self.0.len();
        self.0.retain(|(other, _), _| other != client);
        u32::try_from(before.saturating_sub(self.0.len())).unwrap_or(u32::MAX)
    }
}
