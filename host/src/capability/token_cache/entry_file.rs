//! The sealed form of an entry.
//!
//! | bytes | what |
//! |---|---|
//! | 5 | `EATC` and the version, 1 |
//! | 8 | until when to keep it, seconds since the Unix epoch, little-endian |
//! | rest | nonce and content, sealed with everything above and the entry's name as context |
//!
//! A file that was changed or put under another name does not open. What does not open is as good as not there: the next
//! token replaces it.

use std::path::Path;

use zeroize::Zeroizing;

use crate::capability::bindings::entra_auth::core::token_cache::Name;
use crate::system::private_file::{self, FileError};
use crate::system::sealed::{self, Key};

/// A file's bytes.
pub(super) struct EntryFile(pub(super) Vec<u8>);

impl EntryFile {
    /// Nothing if there is no file.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, FileError> {
        Ok(private_file::read(path, LIMIT + OVERHEAD)?.map(Self))
    }

    pub(super) fn seal(
        key: &Key,
        name: &Name,
        content: &[u8],
        keep_until: i64,
    ) -> Result<Self, getrandom::Error> {
        let header = [MARK, &keep_until.to_le_bytes()].concat();
        let sealed = sealed::seal(key, &context(&header, name), content)?;
        Ok(Self([header, sealed].concat()))
    }

    pub(super) fn open(&self, key: &Key, name: &Name) -> Option<Zeroizing<Vec<u8>>> {
        let (header, sealed) = self.0.split_at_checked(HEADER)?;
        header.starts_with(MARK).then_some(())?;
        sealed::open(key, &context(header, name), sealed)
    }

    /// Until when to keep it. Nobody vouches for that before it is opened.
    pub(super) fn keep_until(&self) -> Option<i64> {
        let header = self.0.get(..HEADER)?.strip_prefix(MARK)?;
        Some(i64::from_le_bytes(header.try_into().ok()?))
    }
}

fn context(header: &[u8], name: &Name) -> Vec<u8> {
    let path = format!("{}/{}", name.client, name.entry);
    [header, path.as_bytes()].concat()
}

const MARK: &[u8] = b"EATC\x01";

const HEADER: usize = MARK.len() + 8;

/// Header, nonce and tag.
pub(super) const OVERHEAD: usize = HEADER + 24 + 16;

/// Tokens with hundreds of groups or roles have some tens of KiB.
pub(super) const LIMIT: usize = 256 << 10;
