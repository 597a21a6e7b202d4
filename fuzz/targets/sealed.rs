//! Files that are sealed: entries of the cache, secrets, exports.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sealing::cache_entry::{self, Name};
use sealing::export;
use sealing::sealed::Key;
use sealing::secrets_file::{Header, Opening};

fuzz_target!(|bytes: &[u8]| {
    let key = Key::default();
    let name = Name {
        client: "c0",
        entry: "e0",
    };
    assert!(cache_entry::open(&key, name, bytes).is_none());
    let _ = cache_entry::keep_until(bytes);
    if let Some(header) = Header::of(bytes) {
        // A key costs time, and a wrong one reads the same.
        assert!(Opening::from_parts(header, key).open(bytes).is_none());
    }
    if let Ok(text) = str::from_utf8(bytes) {
        let _ = export::is_export(text);
    }
});
