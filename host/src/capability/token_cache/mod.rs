//! The capability `token-cache`: one sealed file an entry, `<cache>/<client>/<entry>.token`.

mod entry_file;
mod kept_key;
mod key;
mod sweep;

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsString;
use std::fs::{self, ReadDir};
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use wasmtime::component::{HasData, Linker, Resource, ResourceTable};
use zeroize::Zeroizing;

use crate::capability::bindings::entra_auth::core::errors::{Capability, Failure, Fault};
use crate::capability::bindings::entra_auth::core::token_cache::{self, Name};
use crate::capability::secret_store::SecretStore;
use crate::system::folders::Folders;
use crate::system::private_file::{self, FileError, Lock};
use entry_file::EntryFile;
use kept_key::KeptKey;
use key::CacheKey;

/// Where the files are and what opens them.
pub(crate) struct TokenCache {
    folders: Folders,
    key: CacheKey,
}

impl TokenCache {
    /// In the cache folder, with its key in `secrets`. The variables of this process say for how long the key is kept.
    pub(crate) fn from_environment(folders: Folders, secrets: Arc<SecretStore>) -> Self {
        Self::from_variables(|name| env::var_os(name), folders, secrets)
    }

    /// As the variables say that `variable` looks up.
    pub(crate) fn from_variables(
        variable: impl Fn(&str) -> Option<OsString>,
        folders: Folders,
        secrets: Arc<SecretStore>,
    ) -> Self {
        let kept = KeptKey::from_variables(variable, secrets.origin());
        Self {
            folders,
            key: CacheKey::new(secrets, kept),
        }
    }

    fn read(&self, name: &EntryName) -> Result<Option<Vec<u8>>, Failure> {
        let path = self.path(name)?;
        let file = match EntryFile::read(&path) {
            Ok(None) => return Ok(None),
            Ok(Some(file)) => file,
            Err(error) if matches!(error.fault, Fault::Damaged) => return Ok(None),
            Err(error) => return Err(failure(error)),
        };
        let Some(key) = self.key.read()? else {
            return Ok(None);
        };
        let content = file
            .open(&key, name)
            .or_else(|| file.open(&self.key.replaced()?, name));
        Ok(content.map(|mut content| std::mem::take(&mut *content)))
    }

    fn write(&self, name: &EntryName, content: &[u8], keep_until: i64) -> Result<(), Failure> {
        if content.len() > LIMIT {
            return Err(failure(FileError::new(
                Fault::Denied,
                format!("the entry is larger than {LIMIT} bytes"),
                "go on without the cache",
            )));
        }
        let path = self.path(name)?;
        let key = self.key.read_or_make(&self.lock_of_key()?)?;
        let file = EntryFile::seal(&key, name, content, keep_until).map_err(|_| no_random())?;
        private_file::replace(&path, &file.0).map_err(failure)?;
        sweep::now_and_then(self.folders.cache().map_err(failure)?);
        Ok(())
    }

    fn hold(&self, name: EntryName, limit: Duration) -> Result<HeldEntry, Failure> {
        // Without a key nothing can be kept, and waiting for others' tokens would be in vain.
        self.key.require()?;
        let lock =
            Lock::acquire(&self.path(&name)?.with_extension("lock"), limit).map_err(failure)?;
        Ok(HeldEntry { name, _lock: lock })
    }

    /// An entry that another process holds is removed all the same, after a while.
    fn remove(&self, client: &str) -> Result<u32, Failure> {
        let folder = self.folder(client)?;
        self.key.forget_kept();
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(0),
            Err(error) => {
                return Err(failure(FileError::from_io(
                    "read the folder",
                    &folder,
                    &error,
                )));
            }
        };
        let started = Instant::now();
        let mut count = 0;
        for path in entry_paths(entries) {
            let wait = REMOVE_WAIT.saturating_sub(started.elapsed());
            let lock = Lock::acquire(&path.with_extension("lock"), wait);
            count += u32::from(private_file::remove(&path).map_err(failure)?);
            if let Ok(lock) = lock {
                lock.remove();
            }
        }
        // Fails, as it should, while something is left in it.
        let _ = fs::remove_dir(&folder);
        Ok(count)
    }

    fn folder(&self, client: &str) -> Result<PathBuf, Failure> {
        check_name(client)?;
        Ok(self.folders.cache().map_err(failure)?.join(client))
    }

    fn path(&self, name: &EntryName) -> Result<PathBuf, Failure> {
        check_name(&name.entry)?;
        Ok(self
            .folder(&name.client)?
            .join(&name.entry)
            .with_extension("token"))
    }

    fn lock_of_key(&self) -> Result<PathBuf, Failure> {
        Ok(self.folders.cache().map_err(failure)?.join(".key.lock"))
    }
}

/// As the contract's name; checked when it becomes a path.
type EntryName = Name;

/// Names become paths.
fn check_name(name: &str) -> Result<(), Failure> {
    let is_hexadecimal = name
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if (1..=64).contains(&name.len()) && is_hexadecimal {
        return Ok(());
    }
    Err(failure(FileError::new(
        Fault::Other,
        format!("{name:?} cannot be the name of an entry"),
        "report this as a fault of entra-auth-cli",
    )))
}

/// The paths of a client's entries. One that was held but never written has a lock file alone.
fn entry_paths(folder: ReadDir) -> BTreeSet<PathBuf> {
    let is_entry = |path: &PathBuf| {
        path.extension()
            .is_some_and(|extension| extension == "token" || extension == "lock")
    };
    folder
        .flatten()
        .map(|file| file.path())
        .filter(is_entry)
        .map(|path| path.with_extension("token"))
        .collect()
}

fn failure(error: FileError) -> Failure {
    error.into_failure(Capability::TokenCache)
}

fn no_random() -> Failure {
    failure(FileError::new(
        Fault::Other,
        "the system has no random bytes to give",
        "try again",
    ))
}

/// An entry whose lock this process holds.
#[derive(Debug)]
#[expect(unreachable_pub, reason = "the generated bindings export it again")]
pub struct HeldEntry {
    name: EntryName,
    _lock: Lock,
}

/// The cache during a call.
pub(crate) struct TokenCacheView<'a> {
    pub(crate) cache: &'a TokenCache,
    pub(crate) table: &'a mut ResourceTable,
}

impl token_cache::Host for TokenCacheView<'_> {
    fn read(&mut self, name: Name) -> Result<Option<Vec<u8>>, Failure> {
        self.cache.read(&name)
    }

    fn hold(&mut self, name: Name, time_limit: u32) -> Result<Resource<HeldEntry>, Failure> {
        let entry = self
            .cache
            .hold(name, Duration::from_secs(time_limit.into()))?;
        self.table.push(entry).map_err(|_| too_many())
    }

    fn remove(&mut self, client: String) -> Result<u32, Failure> {
        self.cache.remove(&client)
    }
}

impl token_cache::HostHeldEntry for TokenCacheView<'_> {
    fn read(&mut self, entry: Resource<HeldEntry>) -> Result<Option<Vec<u8>>, Failure> {
        let entry = self.table.get(&entry).map_err(|_| too_many())?;
        self.cache.read(&entry.name)
    }

    fn write(
        &mut self,
        entry: Resource<HeldEntry>,
        content: Vec<u8>,
        keep_until: i64,
    ) -> Result<(), Failure> {
        let content = Zeroizing::new(content);
        let entry = self.table.get(&entry).map_err(|_| too_many())?;
        self.cache.write(&entry.name, &content, keep_until)
    }

    fn drop(&mut self, entry: Resource<HeldEntry>) -> wasmtime::Result<()> {
        self.table.delete(entry)?;
        Ok(())
    }
}

/// The table of handles is full, or the guest's handle is not in it.
fn too_many() -> Failure {
    failure(FileError::new(
        Fault::Other,
        "too many entries are held at once",
        "report this as a fault of entra-auth-cli",
    ))
}

impl HasData for TokenCache {
    type Data<'a> = TokenCacheView<'a>;
}

/// Lend the capability to guests.
pub(crate) fn add_to_linker<T: 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> TokenCacheView<'_>,
) -> wasmtime::Result<()> {
    token_cache::add_to_linker::<T, TokenCache>(linker, view)
}

/// Tokens with hundreds of groups or roles have some tens of KiB.
const LIMIT: usize = 256 << 10;

/// For all entries of a client together.
const REMOVE_WAIT: Duration = Duration::from_secs(5);

#[cfg(test)]
#[cfg(unix)]
mod tests;
