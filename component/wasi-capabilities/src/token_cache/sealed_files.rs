//! Entries as sealed files, `<cache>/<client>/<entry>.token`: those of the native program, which reads them with the same key.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use cache_entry::{EntryName, Misuse, check_content, nonce};
use sealing::cache_entry::{LARGEST, OVERHEAD, open, seal};
use sealing::sealed::Key;
use wasip2::random::random::get_random_bytes;

use super::key;
use super::lease::{self, Lease};
use crate::failure::{self, Capability, Failure, Fault, failure};
use crate::{clock, folder, unfinished};

/// Where the files are and what opens them.
pub(super) struct SealedFiles {
    folder: PathBuf,
    key: Key,
}

impl SealedFiles {
    /// Nothing where no key is given.
    pub(super) fn of_this_process() -> Result<Option<Self>, Failure> {
        let Some(key) = key::given()? else {
            return Ok(None);
        };
        let folder = folder::cache()?;
        Ok(Some(Self { folder, key }))
    }

    /// What does not open is as good as not there.
    pub(super) fn read(&self, name: &EntryName) -> Result<Option<Vec<u8>>, Failure> {
        let path = self.path(name).with_extension(ENTRY);
        match bytes(&path) {
            Ok(file) => Ok(open(&self.key, name.sealed(), &file)
                .map(|mut content| std::mem::take(&mut *content))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(of_file("read", &path, &error)),
        }
    }

    pub(super) fn hold(&self, name: &EntryName, limit: Duration) -> Result<Lease, Failure> {
        let path = self.path(name);
        let folder = self.of_client(name.client());
        fs::create_dir_all(&folder).map_err(|error| of_file("create", &folder, &error))?;
        let lease = Lease::acquire(&path, limit);
        lease
            .map_err(|error| of_file("hold an entry in", &folder, &error))?
            .ok_or_else(|| {
                failure(
                    Capability::TokenCache,
                    Fault::TimedOut,
                    "another process holds the entry",
                    "try again, or allow more time by `--timeout`",
                )
            })
    }

    pub(super) fn write(
        &self,
        name: &EntryName,
        content: &[u8],
        keep_until: i64,
    ) -> Result<(), Failure> {
        check_content(content)?;
        let nonce = nonce(get_random_bytes);
        let sealed = seal(&self.key, &nonce, name.sealed(), content, keep_until)
            .map_err(|_| Misuse::Size)?;
        let path = self.path(name).with_extension(ENTRY);
        unfinished::put(&path, &sealed).map_err(|error| of_file("write", &path, &error))?;
        self.sweep(name.client());
        Ok(())
    }

    /// How many there were.
    pub(super) fn remove(&self, client: &str) -> Result<u32, Failure> {
        let folder = self.of_client(client);
        let mut count = 0;
        for path in files(&folder).map_err(|error| of_file("read", &folder, &error))? {
            if is_entry(&path) {
                fs::remove_file(&path).map_err(|error| of_file("remove", &path, &error))?;
                count += 1;
            }
        }
        self.sweep(client);
        // Fails, as it should, while something is left in it.
        let _ = fs::remove_dir(&folder);
        Ok(count)
    }

    /// Removes what nobody needs any more, this client's alone: more would cost every call.
    fn sweep(&self, client: &str) {
        let now = clock::now();
        for path in files(&self.of_client(client)).unwrap_or_default() {
            let is_over = match is_entry(&path) {
                true => bytes(&path).is_ok_and(|file| {
                    sealing::cache_entry::keep_until(&file)
                        .is_none_or(|keep_until| keep_until <= now)
                }),
                false => is_left_behind(&path),
            };
            if is_over {
                // The next one tries again.
                let _ = fs::remove_file(&path);
            }
        }
    }

    fn of_client(&self, client: &str) -> PathBuf {
        self.folder.join(client)
    }

    /// Without an extension.
    fn path(&self, name: &EntryName) -> PathBuf {
        self.of_client(name.client()).join(name.entry())
    }
}

fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = LARGEST + OVERHEAD;
    File::open(path)?
        .take(most as u64 + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// None if there is no such folder.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(folder) {
        Ok(files) => Ok(files.flatten().map(|file| file.path()).collect()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn is_entry(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == ENTRY)
}

/// What one that was killed had begun. Locks are the native program's, which may hold them.
fn is_left_behind(path: &Path) -> bool {
    let is_begun = |extension| extension == lease::EXTENSION || extension == unfinished::EXTENSION;
    path.extension().is_some_and(is_begun) && lease::has_ended(path)
}

fn of_file(verb: &str, path: &Path, error: &io::Error) -> Failure {
    failure::of_file(
        Capability::TokenCache,
        verb,
        &path.display().to_string(),
        error,
    )
}

const ENTRY: &str = "token";
