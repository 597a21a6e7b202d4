//! Entries in this instance's memory, gone with it.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::EntryName;
use crate::clock;

/// A token is some kilobytes long.
const CAPACITY: usize = 4096;

thread_local! {
    static KEPT: RefCell<Kept> = RefCell::default();
}

pub(super) fn read(name: &EntryName) -> Option<Vec<u8>> {
    KEPT.with_borrow(|kept| kept.read(name))
}

pub(super) fn write(name: &EntryName, content: Vec<u8>, keep_until: i64) {
    KEPT.with_borrow_mut(|kept| kept.write(name.clone(), content, keep_until, clock::now()));
}

/// How many there were.
pub(super) fn remove(client: &str) -> u32 {
    KEPT.with_borrow_mut(|kept| kept.remove(client))
}

/// Entries, and until when somebody may need them.
#[derive(Default)]
struct Kept(BTreeMap<EntryName, (Vec<u8>, i64)>);

impl Kept {
    fn read(&self, name: &EntryName) -> Option<Vec<u8>> {
        self.0.get(name).map(|(content, _)| content.clone())
    }

    fn write(&mut self, name: EntryName, content: Vec<u8>, keep_until: i64, now: i64) {
        if self.0.len() >= CAPACITY && !self.0.contains_key(&name) {
            self.make_room(now);
        }
        self.0.insert(name, (content, keep_until));
    }

    /// What nobody needs any more goes first, then the entry whose time ends first.
    fn make_room(&mut self, now: i64) {
        self.0.retain(|_, (_, keep_until)| *keep_until > now);
        if self.0.len() >= CAPACITY {
            let first = self.0.iter().min_by_key(|(_, (_, keep_until))| *keep_until);
            let first = first.map(|(name, _)| name.clone());
            first.map(|name| self.0.remove(&name));
        }
    }

    fn remove(&mut self, client: &str) -> u32 {
        let before = self.0.len();
        self.0.retain(|name, _| name.client != client);
        u32::try_from(before.saturating_sub(self.0.len())).unwrap_or(u32::MAX)
    }
}
