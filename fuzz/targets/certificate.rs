//! PFX, PEM and private keys, with a password and without.

#![no_main]

use libfuzzer_sys::fuzz_target;
use protocol::credential::certificate::Certificate;
use protocol::value::secret::Secret;

fuzz_target!(|bytes: &[u8]| {
    let password = Secret::new("emulator");
    for password in [None, Some(&password)] {
        drop(Certificate::parse(bytes, None, password));
        drop(Certificate::parse(bytes, Some(bytes), password));
    }
});
