//! The cache's key, kept by the operating system for a while after the secret store was asked for it, so that handing out
//! a cached token wakes neither the keyring nor the derivation from a passphrase.
//!
//! On Linux the kernel keeps it (keyrings(7)): in its own memory, never on a disk, for this user alone, until the time is
//! over. Where the kernel refuses, as in many containers, and on other systems nothing is kept.
//!
//! What is given up: a keyring that is locked, or a passphrase that is taken away, closes the cache only when the time is
//! over. `ENTRA_AUTH_CLI_KEY_TIMEOUT` is that time in seconds; 0 keeps nothing.

use std::ffi::OsString;
use std::time::Duration;

use super::failure;
use crate::capability::bindings::entra_auth::core::errors::{Failure, Fault};
use sealing::sealed::Key;

#[cfg(target_os = "linux")]
#[path = "linux.rs"]
mod platform;
#[cfg(not(target_os = "linux"))]
#[path = "nowhere.rs"]
mod platform;

/// The place of one key.
pub(super) struct KeptKey {
    /// Nothing where there is no store that the key could come from.
    name: Option<String>,
    timeout: Result<Duration, OsString>,
}

impl KeptKey {
    /// For the key that comes from `origin`; keys of other origins are kept apart.
    pub(super) fn from_variables(
        variable: impl Fn(&str) -> Option<OsString>,
        origin: Option<String>,
    ) -> Self {
        let timeout = variable("ENTRA_AUTH_CLI_KEY_TIMEOUT").filter(|value| !value.is_empty());
        Self {
            name: origin.map(|origin| format!("entra-auth-cli token-cache:key 1 {origin}")),
            timeout: timeout.map_or(Ok(USUAL), |text| seconds(&text).ok_or(text)),
        }
    }

    /// Fails if it was not said in a way that is understood for how long to keep the key.
    pub(super) fn check(&self) -> Result<(), Failure> {
        let Err(text) = &self.timeout else {
            return Ok(());
        };
        Err(failure::new(
            Fault::Other,
            format!(
                "`ENTRA_AUTH_CLI_KEY_TIMEOUT` is {text:?}, which is no number of seconds up to a day"
            ),
            "set it to 0 to 86400, or unset it",
        ))
    }

    /// The key, if it is still kept.
    pub(super) fn read(&self) -> Option<Key> {
        let (name, _) = self.place()?;
        platform::read(name)
    }

    /// Keep the key from now on for the whole time.
    pub(super) fn keep(&self, key: &Key) {
        if let Some((name, timeout)) = self.place() {
            platform::keep(name, key, timeout);
        }
    }

    /// Keep it no longer.
    pub(super) fn forget(&self) {
        if let Some(name) = &self.name {
            platform::forget(name);
        }
    }

    fn place(&self) -> Option<(&str, Duration)> {
        let timeout = *self.timeout.as_ref().ok()?;
        (timeout > Duration::ZERO).then_some((self.name.as_deref()?, timeout))
    }
}

fn seconds(text: &OsString) -> Option<Duration> {
    let seconds = Duration::from_secs(text.to_str()?.trim().parse().ok()?);
    (seconds <= LONGEST).then_some(seconds)
}

/// As long as `sudo` remembers a password.
const USUAL: Duration = Duration::from_secs(15 * 60);

const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;
