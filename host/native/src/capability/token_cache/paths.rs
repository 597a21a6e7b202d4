//! Where entries lie: `<cache>/<client>/<entry>.token`, with a lock beside each that is held or once was.

use std::collections::BTreeSet;
use std::fs::ReadDir;
use std::path::{Path, PathBuf};

use sealing::cache_entry::is_name;

use super::failure;
use crate::capability::bindings::entra_auth::core::errors::{Failure, Fault};
use crate::capability::bindings::entra_auth::core::token_cache::Name;

pub(super) fn of_client(cache: &Path, client: &str) -> Result<PathBuf, Failure> {
    check(client)?;
    Ok(cache.join(client))
}

pub(super) fn of_entry(cache: &Path, name: &Name) -> Result<PathBuf, Failure> {
    check(&name.entry)?;
    let folder = of_client(cache, &name.client)?;
    Ok(folder.join(&name.entry).with_extension(ENTRY))
}

/// The lock of the entry at `path`.
pub(super) fn lock(path: &Path) -> PathBuf {
    path.with_extension(LOCK)
}

/// The entries of a client's folder. One that was held but never written has a lock file alone.
pub(super) fn entries(folder: ReadDir) -> BTreeSet<PathBuf> {
    let is_entry = |path: &PathBuf| {
        path.extension()
            .is_some_and(|extension| extension == ENTRY || extension == LOCK)
    };
    folder
        .flatten()
        .map(|file| file.path())
        .filter(is_entry)
        .map(|path| path.with_extension(ENTRY))
        .collect()
}

/// Names become paths.
fn check(name: &str) -> Result<(), Failure> {
    if is_name(name) {
        return Ok(());
    }
    Err(failure::new(
        Fault::Other,
        format!("{name:?} cannot be the name of an entry"),
        "report this as a fault of entra-auth-cli",
    ))
}

const ENTRY: &str = "token";

const LOCK: &str = "lock";
