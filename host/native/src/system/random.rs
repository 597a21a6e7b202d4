//! Random bytes, of the operating system.

use getrandom::Error;
use sealing::sealed::Key;

/// Such as a nonce or a salt.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// A new key.
pub(crate) fn key() -> Result<Key, Error> {
    let mut key = Key::default();
    getrandom::fill(key.as_mut_slice())?;
    Ok(key)
}
