//! What tells the secret that is stored now from the one before, without a word about either.

use std::fmt::Write;

use crate::input::random;
use crate::output::error::Error;

/// A new one, of 64 random bits.
pub(crate) fn new() -> Result<String, Error> {
    let bytes: [u8; 8] = random::bytes()?;
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}
