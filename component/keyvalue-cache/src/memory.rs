//! Entries in this instance's memory, for the time without a store.

use std::cell::RefCell;

use cache_entry::{EntryName, Kept};

use crate::bindings::wasi::clocks::wall_clock;

thread_local! {
    static KEPT: RefCell<Kept> = RefCell::default();
}

pub(crate) fn read(name: &EntryName) -> Option<Vec<u8>> {
    KEPT.with_borrow(|kept| kept.read(name))
}

pub(crate) fn write(name: &EntryName, content: Vec<u8>, keep_until: i64) {
    KEPT.with_borrow_mut(|kept| kept.write(name.clone(), content, keep_until, now()));
}

/// How many there were.
pub(crate) fn remove(client: &str) -> u32 {
    KEPT.with_borrow_mut(|kept| kept.remove(client))
}

/// Seconds since the Unix epoch, UTC.
pub(crate) fn now() -> i64 {
    i64::try_from(wall_clock::now().seconds).unwrap_or(i64::MAX)
}
