//! The file of an entry, sealed as `sealing` says.

use std::path::Path;

use sealing::cache_entry::{self, LARGEST, OVERHEAD};
use sealing::sealed::Key;
use zeroize::Zeroizing;

use super::failure;
use crate::capability::bindings::entra_auth::core::errors::{Failure, Fault};
use crate::capability::bindings::entra_auth::core::token_cache::Name;
use crate::system::private_file::{self, FileError};
use crate::system::random;

/// A file's bytes.
pub(super) struct EntryFile(pub(super) Vec<u8>);

impl EntryFile {
    /// Nothing if there is no file.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, FileError> {
        Ok(private_file::read(path, LARGEST + OVERHEAD)?.map(Self))
    }

    pub(super) fn seal(
        key: &Key,
        name: &Name,
        content: &[u8],
        keep_until: i64,
    ) -> Result<Self, Failure> {
        if content.len() > LARGEST {
            return Err(too_large());
        }
        let nonce = random::bytes().map_err(|_| failure::no_random())?;
        cache_entry::seal(key, &nonce, sealed_name(name), content, keep_until)
            .map(Self)
            .map_err(|_| too_large())
    }

    pub(super) fn open(&self, key: &Key, name: &Name) -> Option<Zeroizing<Vec<u8>>> {
        cache_entry::open(key, sealed_name(name), &self.0)
    }

    /// Until when to keep it. Nobody vouches for that before it is opened.
    pub(super) fn keep_until(&self) -> Option<i64> {
        cache_entry::keep_until(&self.0)
    }
}

fn sealed_name(name: &Name) -> cache_entry::Name<'_> {
    cache_entry::Name {
        client: &name.client,
        entry: &name.entry,
    }
}

fn too_large() -> Failure {
    failure::new(
        Fault::Denied,
        format!("the entry is larger than {LARGEST} bytes"),
        "go on without the cache",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealing_twice_gives_different_bytes() {
        let key = random::key().unwrap();
        let name = Name {
            client: "c".to_owned(),
            entry: "e".to_owned(),
        };
        let sealed = || EntryFile::seal(&key, &name, b"same", 0).unwrap().0;
        assert_ne!(sealed(), sealed());
    }
}
