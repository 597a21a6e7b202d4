//! The sealed form of a cache entry.
//!
//! | bytes | what |
//! |---|---|
//! | 5 | `EATC` and the version, 1 |
//! | 8 | until when to keep it, seconds since the Unix epoch, little-endian |
//! | rest | nonce and content, sealed with everything above and the entry's name as context |
//!
//! A file that was changed or put under another name does not open. What does not open is as good as not there: the next
//! token replaces it.

use zeroize::Zeroizing;

use crate::fault::Fault;
use crate::sealed::{self, Key, Nonce};

/// Bytes of content: tokens with hundreds of groups or roles have some tens of KiB.
pub const LARGEST: usize = 256 << 10;

/// Whether a text can be a part of an entry's name, which becomes a path: 1 to 64 characters of lower-case hexadecimal.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    (1..=64).contains(&text.len()) && text.bytes().all(is_digit)
}

/// The two parts of an entry's name in the contract of the token cache.
#[derive(Clone, Copy, Debug)]
pub struct Name<'a> {
    /// All entries of a client have it in common.
    pub client: &'a str,
    /// The entry.
    pub entry: &'a str,
}

/// The bytes of the file.
pub fn seal(
    key: &Key,
    nonce: &Nonce,
    name: Name<'_>,
    content: &[u8],
    keep_until: i64,
) -> Result<Vec<u8>, Fault> {
    let header = [MARK, &keep_until.to_le_bytes()].concat();
    let sealed = sealed::seal(key, nonce, &context(&header, name), content)?;
    Ok([header, sealed].concat())
}

/// The content, if this key sealed it under this name.
#[must_use]
pub fn open(key: &Key, name: Name<'_>, file: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (header, sealed) = file.split_at_checked(HEADER)?;
    header.starts_with(MARK).then_some(())?;
    sealed::open(key, &context(header, name), sealed)
}

/// Until when to keep it. Nobody vouches for that before it is opened.
#[must_use]
pub fn keep_until(file: &[u8]) -> Option<i64> {
    let header = file.get(..HEADER)?.strip_prefix(MARK)?;
    Some(i64::from_le_bytes(header.try_into().ok()?))
}

fn context(header: &[u8], name: Name<'_>) -> Vec<u8> {
    let path = format!("{}/{}", name.client, name.entry);
    [header, path.as_bytes()].concat()
}

const MARK: &[u8] = b"EATC\x01";

const HEADER: usize = MARK.len() + 8;

/// What a file has besides the content.
pub const OVERHEAD: usize = HEADER + sealed::OVERHEAD;
