//! What tells the secret that is stored now from the one before, without a word about either.

use std::fmt::Write;

use crate::output::error::Error;

/// A new one, of 64 random bits.
pub(crate) fn new() -> Result<String, Error> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes)
        .map_err(|_| Error::general("the system has no random bytes to give", "try again"))?;
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}
