//! Tokens of all kinds, taken apart.

#![no_main]

use libfuzzer_sys::fuzz_target;
use protocol::token::id;
use protocol::token::jwt::Jwt;
use protocol::token::verification::presented::PresentedToken;
use protocol::value::secret::Secret;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    drop(Jwt::decode_unverified(text));
    drop(PresentedToken::parse(text));
    if let Some(name) = id::account_name(&Secret::new(text)) {
        assert!(!name.chars().any(char::is_control));
    }
});
