//! The one key of the cache: what `ENTRA_AUTH_CLI_CACHE_KEY` says, else one that is kept in the secret store.

use std::ffi::OsString;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sealing::cache_key;
use sealing::sealed::Key;

use super::failure;
use crate::capability::bindings::entra_auth::core::errors::{Capability, Failure, Fault};
use crate::capability::secret_store::SecretStore;
use crate::system::kept_key::{KeptKey, KeyTimeout};
use crate::system::private_file::Lock;
use crate::system::{random, variable};

/// The key, read when it is first needed: the kept one, else the secret store's. Once it, or why there is none, is known,
/// the store is left alone.
pub(super) struct CacheKey {
    secrets: Arc<SecretStore>,
    timeout: KeyTimeout,
    kept: KeptKey,
    known: Mutex<Option<Known>>,
}

#[derive(Clone)]
enum Known {
    Given(Result<Key, Failure>),
    Kept(Key),
    Stored(Result<Key, Failure>),
}

impl CacheKey {
    /// As the variables say that `variable` looks up.
    pub(super) fn from_variables(
        variable: impl Fn(&str) -> Option<OsString>,
        secrets: Arc<SecretStore>,
    ) -> Self {
        let timeout = KeyTimeout::from_variables(&variable);
        Self {
            kept: KeptKey::new(NAME, secrets.origin(), timeout.clone()),
            timeout,
            secrets,
            known: Mutex::new(
                variable(cache_key::VARIABLE)
                    .and_then(given)
                    .map(Known::Given),
            ),
        }
    }

    #[cfg(all(test, unix))]
    pub(super) fn secrets(&self) -> &Arc<SecretStore> {
        &self.secrets
    }

    #[cfg(all(test, unix))]
    pub(super) fn is_known(&self) -> bool {
        self.known().is_some()
    }

    /// The key, or nothing if none was made yet. Fails with `absent` where none can be kept.
    pub(super) fn read(&self) -> Result<Option<Key>, Failure> {
        let mut known = self.known();
        match &*known {
            Some(Known::Kept(key)) => return Ok(Some(key.clone())),
            Some(Known::Given(result) | Known::Stored(result)) => return result.clone().map(Some),
            None => {}
        }
        if let Some(key) = self.kept.read() {
            *known = Some(Known::Kept(key.clone()));
            return Ok(Some(key));
        }
        let stored = self.stored();
        // That no key was made yet may change while this process waits for another one.
        *known = stored.clone().transpose().map(Known::Stored);
        stored
    }

    /// The store's key in place of a kept one, which it may have replaced meanwhile. Nothing if it is not another one.
    pub(super) fn replaced(&self) -> Option<Key> {
        let mut known = self.known();
        let Some(Known::Kept(kept)) = &*known else {
            return None;
        };
        let key = self.stored().ok().flatten().filter(|key| key != kept)?;
        *known = Some(Known::Stored(Ok(key.clone())));
        Some(key)
    }

    /// Fails if there is no key and none can be kept.
    pub(super) fn require(&self) -> Result<(), Failure> {
        self.read().map(drop)
    }

    /// The key. Of many processes that find none, one makes it, while it holds the lock at `lock`.
    pub(super) fn read_or_make(&self, lock: &Path) -> Result<Key, Failure> {
        if let Some(key) = self.read()? {
            return Ok(key);
        }
        let _lock = Lock::acquire(lock, WAIT).map_err(failure::of_file)?;
        let key = match self.stored()? {
            Some(key) => key,
            None => self.make()?,
        };
        *self.known() = Some(Known::Stored(Ok(key.clone())));
        Ok(key)
    }

    /// From now on every process asks the secret store first, and that a person.
    pub(super) fn forget_kept(&self) {
        self.kept.forget();
        self.secrets.forget_kept();
    }

    fn stored(&self) -> Result<Option<Key>, Failure> {
        self.timeout
            .check()
            .map_err(|(message, hint)| failure::new(Fault::Other, message, hint))?;
        self.secrets.require_storage().map_err(of_cache)?;
        let text = self.secrets.read_at_once(NAME).map_err(of_cache)?;
        // What is no key is replaced, as if it were not there.
        let key = text.as_deref().and_then(|text| cache_key::from_text(text));
        if let Some(key) = &key {
            self.kept.keep(key);
        }
        Ok(key)
    }

    fn make(&self) -> Result<Key, Failure> {
        let key = random::key().map_err(|_| failure::no_random())?;
        self.secrets
            .write(NAME, &cache_key::to_text(&key))
            .map_err(of_cache)?;
        self.kept.keep(&key);
        Ok(key)
    }

    fn known(&self) -> MutexGuard<'_, Option<Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Nothing if the variable is empty. What is no key is told, so that nobody takes a token that is not kept for one that is.
fn given(value: OsString) -> Option<Result<Key, Failure>> {
    let text = variable::meant(value)?;
    let key = text.to_str().and_then(cache_key::from_text);
    Some(key.ok_or_else(|| {
        failure::new(
            Fault::Damaged,
            format!("`{}` is not 32 bytes in base64", cache_key::VARIABLE),
            "`entra-auth-cli cache-key` prints a new one",
        )
    }))
}

/// That a store took too long is no reason to give up the token: whoever waited too long for another process is told by
/// `timed-out`.
fn of_cache(cause: Failure) -> Failure {
    let fault = match cause.fault {
        Fault::TimedOut => Fault::Locked,
        fault => fault,
    };
    Failure {
        capability: Capability::TokenCache,
        fault,
        message: format!("the token cache has no key: {}", cause.message),
        ..cause
    }
}

const NAME: &str = "token-cache:key";

/// Making the key takes as long as the secret store does; a keyring may be waiting for a person.
const WAIT: Duration = Duration::from_secs(60);
