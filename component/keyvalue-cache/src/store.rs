//! Entries in the store, `<client>/<entry>`, each sealed with its name and its end.

use cache_entry::{EntryName, nonce};
use sealing::cache_entry::{LARGEST, Name, OVERHEAD, keep_until, open, seal};
use sealing::sealed::Key;

use crate::bindings::wasi::keyvalue::store::{self, Bucket, Error};
use crate::bindings::wasi::random::random::{get_random_bytes, get_random_u64};
use crate::key;
use crate::memory::now;
use crate::state::Problem;

/// One write in so many sweeps. With [`SWEPT`] that is more than is written.
const SWEEP_EVERY: u64 = 16;

/// So many entries are looked at in a sweep. NATS lists those first that were written longest ago.
const SWEPT: usize = 32;

/// An entry that tells a key that seals from another one: sealed with it, and empty.
const MARK: &str = "sealing-key";
const MARK_NAME: Name<'static> = Name {
    client: "sealing",
    entry: "key",
};

/// A store that this instance's key opens.
pub(crate) struct Store {
    bucket: Bucket,
    key: Key,
}

impl Store {
    /// Fails if another key than this one seals there.
    pub(crate) fn open() -> Result<Self, Problem> {
        let key = key::given()?;
        let name = key::store_name();
        let bucket = store::open(&name).map_err(|error| of_store("open", &error))?;
        let store = Self { bucket, key };
        match store.get(MARK)? {
            Some(mark) if open(&store.key, MARK_NAME, &mark).is_none() => Err(Problem::lasting(
                format!("the store `{name}` is sealed with another key; tokens stay on this host"),
                "give this host the key of the others, or all of them a new store by `ENTRA_AUTH_PROXY_STORE`",
            )),
            Some(_) => Ok(store),
            None => {
                store.put(MARK, MARK_NAME, &[], i64::MAX)?;
                Ok(store)
            }
        }
    }

    /// What is over or does not open is as good as not there.
    pub(crate) fn read(&self, name: &EntryName) -> Result<Option<Vec<u8>>, Problem> {
        let file = self.get(&path(name))?;
        Ok(file.and_then(|file| {
            let mut content = open(&self.key, name.sealed(), &file)?;
            (keep_until(&file)? > now()).then(|| std::mem::take(&mut *content))
        }))
    }

    pub(crate) fn write(
        &self,
        name: &EntryName,
        content: &[u8],
        keep_until: i64,
    ) -> Result<(), Problem> {
        self.put(&path(name), name.sealed(), content, keep_until)?;
        if get_random_u64().is_multiple_of(SWEEP_EVERY) {
            self.sweep()?;
        }
        Ok(())
    }

    /// How many there were.
    pub(crate) fn remove(&self, client: &str) -> Result<u32, Problem> {
        let mut count = 0;
        let mut cursor = None;
        loop {
            let page = self
                .bucket
                .list_keys(cursor)
                .map_err(|error| of_store("list", &error))?;
            let is_of_client =
                |key: &&String| key.split_once('/').is_some_and(|(of, _)| of == client);
            for key in page.keys.iter().filter(is_of_client) {
                self.delete(key)?;
                count += 1;
            }
            cursor = page.cursor;
            if cursor.is_none() {
                return Ok(count);
            }
        }
    }

    /// Removes a part of what is over.
    fn sweep(&self) -> Result<(), Problem> {
        let page = self
            .bucket
            .list_keys(None)
            .map_err(|error| of_store("list", &error))?;
        let entries = page.keys.iter().filter(|key| key.contains('/'));
        for key in entries.take(SWEPT) {
            let file = self.get(key)?;
            let is_over = file.is_some_and(|file| keep_until(&file).is_none_or(|end| end <= now()));
            if is_over {
                self.delete(key)?;
            }
        }
        Ok(())
    }

    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Problem> {
        let found = self
            .bucket
            .get(key)
            .map_err(|error| of_store("read", &error))?;
        Ok(found.filter(|file| file.len() <= LARGEST + OVERHEAD))
    }

    fn put(
        &self,
        key: &str,
        name: Name<'_>,
        content: &[u8],
        keep_until: i64,
    ) -> Result<(), Problem> {
        let sealed = seal(
            &self.key,
            &nonce(get_random_bytes),
            name,
            content,
            keep_until,
        )
        .map_err(|_| {
            Problem::passing(
                "an entry cannot be sealed".to_owned(),
                "go on without the store",
            )
        })?;
        self.bucket
            .set(key, &sealed)
            .map_err(|error| of_store("write", &error))
    }

    fn delete(&self, key: &str) -> Result<(), Problem> {
        self.bucket
            .delete(key)
            .map_err(|error| of_store("remove from", &error))
    }
}

/// Of characters that every store takes; NATS takes `[-/_=.a-zA-Z0-9]`.
fn path(name: &EntryName) -> String {
    format!("{}/{}", name.client(), name.entry())
}

fn of_store(verb: &str, error: &Error) -> Problem {
    let reason = match error {
        Error::NoSuchStore => "there is no such store",
        Error::AccessDenied => "access is denied",
        Error::Other(reason) => reason,
    };
    Problem::passing(
        format!("cannot {verb} the store `{}`: {reason}", key::store_name()),
        "see whether it runs and is full; until then each instance gets its own tokens",
    )
}
