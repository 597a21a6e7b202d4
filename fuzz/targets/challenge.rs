//! Claims challenges, however they were copied.

#![no_main]

use libfuzzer_sys::fuzz_target;
use protocol::request::challenge;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = str::from_utf8(bytes) {
        drop(challenge::parse(text));
    }
});
