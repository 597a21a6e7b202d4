//! The capability `token-cache`: one sealed file an entry, `<cache>/<client>/<entry>.token`.

mod entry_file;
mod failure;
mod key;
mod memory;
mod paths;
mod sweep;

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use wasmtime::component::{HasData, Linker, Resource, ResourceTable};
use zeroize::Zeroizing;

use crate::capability::bindings::entra_auth::core::errors::{Failure, Fault};
use crate::capability::bindings::entra_auth::core::token_cache::{self, Name};
use crate::capability::secret_store::SecretStore;
use crate::system::aside::aside;
use crate::system::folders::Folders;
use crate::system::private_file::{self, FileError, Lock};
use entry_file::EntryFile;
use key::CacheKey;
use memory::Memory;

/// Where the files are and what opens them.
pub(crate) struct TokenCache {
    folders: Folders,
    key: CacheKey,
    memory: Option<Arc<Memory>>,
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
        Self {
            folders,
            key: CacheKey::from_variables(variable, secrets),
            memory: None,
        }
    }

    /// The same, with what was read and written in memory too. There it is kept even where nothing can be sealed.
    pub(crate) fn with_memory(self) -> Self {
        Self {
            memory: Some(Arc::default()),
            ..self
        }
    }

    fn read(&self, name: &Name) -> Result<Option<Vec<u8>>, Failure> {
        let Some(memory) = &self.memory else {
            return Ok(self.read_file(name)?.map(|(content, _)| content));
        };
        if let Some(content) = memory.read(name) {
            return Ok(Some(content));
        }
        // What cannot be read is asked for anew, and kept here.
        let found = self.read_file(name).ok().flatten();
        Ok(found.map(|(content, keep_until)| {
            memory.write(name, &content, keep_until);
            content
        }))
    }

    /// The content, and until when to keep it.
    fn read_file(&self, name: &Name) -> Result<Option<(Vec<u8>, i64)>, Failure> {
        let path = paths::of_entry(self.folder()?, name)?;
        let file = match EntryFile::read(&path) {
            Ok(None) => return Ok(None),
            Ok(Some(file)) => file,
            Err(error) if error.fault == private_file::Fault::Damaged => return Ok(None),
            Err(error) => return Err(failure::of_file(error)),
        };
        let Some(key) = self.key.read()? else {
            return Ok(None);
        };
        let content = file
            .open(&key, name)
            .or_else(|| file.open(&self.key.replaced()?, name));
        let keep_until = file.keep_until().unwrap_or_default();
        Ok(content.map(|mut content| (std::mem::take(&mut *content), keep_until)))
    }

    fn write(&self, name: &Name, content: &[u8], keep_until: i64) -> Result<(), Failure> {
        let written = self.write_file(name, content, keep_until);
        let Some(memory) = &self.memory else {
            return written;
        };
        memory.write(name, content, keep_until);
        Ok(())
    }

    fn write_file(&self, name: &Name, content: &[u8], keep_until: i64) -> Result<(), Failure> {
        let path = paths::of_entry(self.folder()?, name)?;
        let key = self.key.read_or_make(&self.folder()?.join(".key.lock"))?;
        let file = EntryFile::seal(&key, name, content, keep_until)?;
        private_file::replace(&path, &file.0).map_err(failure::of_file)?;
        sweep::now_and_then(self.folder()?);
        Ok(())
    }

    fn hold(&self, name: Name, limit: Duration) -> Result<HeldEntry, Failure> {
        let Some(memory) = &self.memory else {
            let lock = Some(self.lock(&name, limit)?);
            return Ok(HeldEntry {
                name,
                lock,
                memory: None,
            });
        };
        let started = Instant::now();
        if !memory.hold(&name, limit) {
            return Err(failure::new(
                Fault::TimedOut,
                "another request holds the entry",
                "try again",
            ));
        }
        let mut held = HeldEntry {
            name,
            lock: None,
            memory: Some(Arc::clone(memory)),
        };
        // Other processes may not be there, and the key neither.
        let left = limit.saturating_sub(started.elapsed());
        held.lock = self.lock(&held.name, left).ok();
        Ok(held)
    }

    /// The entry's lock between processes.
    fn lock(&self, name: &Name, limit: Duration) -> Result<Lock, Failure> {
        // Without a key nothing can be kept, and waiting for others' tokens would be in vain.
        self.key.require()?;
        let path = paths::of_entry(self.folder()?, name)?;
        Lock::acquire(&paths::lock(&path), limit).map_err(failure::of_file)
    }

    /// An entry that another process holds is removed all the same, after a while.
    fn remove(&self, client: &str) -> Result<u32, Failure> {
        if let Some(memory) = &self.memory {
            memory.remove(client);
        }
        let folder = paths::of_client(self.folder()?, client)?;
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(0),
            Err(error) => {
                return Err(failure::of_file(FileError::from_io(
                    "read the folder",
                    &folder,
                    &error,
                )));
            }
        };
        // Whoever has tokens removed closes what is left of them too.
        self.key.forget_kept();
        let started = Instant::now();
        let mut count = 0;
        for path in paths::entries(entries) {
            let wait = REMOVE_WAIT.saturating_sub(started.elapsed());
            let lock = Lock::acquire(&paths::lock(&path), wait);
            count += u32::from(private_file::remove(&path).map_err(failure::of_file)?);
            if let Ok(lock) = lock {
                lock.remove();
            }
        }
        // Fails, as it should, while something is left in it.
        let _ = fs::remove_dir(&folder);
        Ok(count)
    }

    fn folder(&self) -> Result<&Path, Failure> {
        self.folders.cache().map_err(failure::of_file)
    }
}

/// An entry whose lock this process holds.
#[expect(unreachable_pub, reason = "the generated bindings export it again")]
pub struct HeldEntry {
    name: Name,
    lock: Option<Lock>,
    memory: Option<Arc<Memory>>,
}

impl Drop for HeldEntry {
    fn drop(&mut self) {
        self.lock = None;
        if let Some(memory) = &self.memory {
            memory.release(&self.name);
        }
    }
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
        let limit = Duration::from_secs(time_limit.into());
        let entry = aside(|| self.cache.hold(name, limit))?;
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
    failure::new(
        Fault::Other,
        "too many entries are held at once",
        "report this as a fault of entra-auth-cli",
    )
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

/// For all entries of a client together.
const REMOVE_WAIT: Duration = Duration::from_secs(5);

#[cfg(test)]
#[cfg(unix)]
mod tests;
