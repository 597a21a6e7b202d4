//! Entries in the memory of this process, for one that serves many requests: it asks the disk once, and keeps tokens where there
//! is no key to seal them with.

use std::collections::{HashMap, HashSet};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use zeroize::Zeroizing;

use crate::capability::bindings::entra_auth::core::token_cache::Name;

/// A token is some kilobytes long.
const CAPACITY: usize = 4096;

/// An entry by its two names.
type Key = (String, String);

/// The entries, and which of them somebody holds.
#[derive(Default)]
pub(super) struct Memory {
    entries: Mutex<HashMap<Key, Entry>>,
    held: Mutex<HashSet<Key>>,
    released: Condvar,
}

struct Entry {
    content: Zeroizing<Vec<u8>>,
    keep_until: i64,
}

impl Memory {
    /// Nothing once nobody needs it any more.
    pub(super) fn read(&self, name: &Name) -> Option<Vec<u8>> {
        let entries = locked(&self.entries);
        let entry = entries.get(&key(name))?;
        (entry.keep_until > now()).then(|| entry.content.to_vec())
    }

    /// What nobody needs any more makes room first, then the entry whose time ends first.
    pub(super) fn write(&self, name: &Name, content: &[u8], keep_until: i64) {
        let mut entries = locked(&self.entries);
        let key = key(name);
        if entries.len() >= CAPACITY && !entries.contains_key(&key) {
            let now = now();
            entries.retain(|_, entry| entry.keep_until > now);
        }
        if entries.len() >= CAPACITY && !entries.contains_key(&key) {
            let first = entries.iter().min_by_key(|(_, entry)| entry.keep_until);
            let first = first.map(|(key, _)| key.clone());
            first.map(|key| entries.remove(&key));
        }
        let content = Zeroizing::new(content.to_vec());
        entries.insert(
            key,
            Entry {
                content,
                keep_until,
            },
        );
    }

    pub(super) fn remove(&self, client: &str) {
        locked(&self.entries).retain(|(other, _), _| other != client);
    }

    /// Waits until nobody else in this process holds the entry; false if that takes longer than `limit`.
    pub(super) fn hold(&self, name: &Name, limit: Duration) -> bool {
        let key = key(name);
        let held = locked(&self.held);
        let (mut held, waited) = self
            .released
            .wait_timeout_while(held, limit, |held| held.contains(&key))
            .unwrap_or_else(PoisonError::into_inner);
        !waited.timed_out() && held.insert(key)
    }

    pub(super) fn release(&self, name: &Name) {
        locked(&self.held).remove(&key(name));
        self.released.notify_all();
    }
}

fn key(name: &Name) -> Key {
    (name.client.clone(), name.entry.clone())
}

/// Nothing is left half changed.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn now() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    let seconds = since_epoch.map_or(0, |elapsed| elapsed.as_secs());
    i64::try_from(seconds).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(entry: &str) -> Name {
        Name {
            client: "c".to_owned(),
            entry: entry.to_owned(),
        }
    }

    #[test]
    fn an_entry_is_kept_as_long_as_somebody_may_need_it() {
        let memory = Memory::default();
        memory.write(&name("1"), b"token", i64::MAX);
        memory.write(&name("2"), b"old", now());
        assert_eq!(memory.read(&name("1")).as_deref(), Some(&b"token"[..]));
        assert_eq!(memory.read(&name("2")), None);
        memory.remove("c");
        assert_eq!(memory.read(&name("1")), None);
    }

    #[test]
    fn there_is_room_for_so_many_and_the_first_to_end_goes() {
        let memory = Memory::default();
        let last = i64::MAX;
        for number in 0..=CAPACITY {
            let keep_until = last - i64::try_from(number).unwrap();
            memory.write(&name(&number.to_string()), b"t", keep_until);
        }
        assert_eq!(locked(&memory.entries).len(), CAPACITY);
        assert_eq!(memory.read(&name(&(CAPACITY - 1).to_string())), None);
        assert!(memory.read(&name("0")).is_some());
    }

    #[test]
    fn one_holds_an_entry_and_the_next_waits() {
        let memory = Memory::default();
        assert!(memory.hold(&name("1"), Duration::ZERO));
        assert!(memory.hold(&name("2"), Duration::ZERO));
        assert!(!memory.hold(&name("1"), Duration::from_millis(10)));
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| memory.hold(&name("1"), Duration::from_secs(20)));
            memory.release(&name("1"));
            assert!(waiting.join().unwrap());
        });
    }
}
