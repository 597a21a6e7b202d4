//! Entries in this instance's memory, gone with it.

use std::cell::RefCell;

use cache_entry::{EntryName, Kept};

use crate::clock;

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
