//! A key, kept by the operating system for a while after it was asked for, so that the next call wakes neither the keyring
//! nor the derivation from a passphrase, and nobody types one twice.
//!
//! On Linux the kernel keeps it (keyrings(7)): in its own memory, never on a disk, for this user alone, until the time is
//! over. Where the kernel refuses, as in many containers, and on other systems nothing is kept.
//!
//! What is given up: a keyring that is locked, or a passphrase that is taken away, closes what the key opens only when the
//! time is over. `ENTRA_AUTH_CLI_KEY_TIMEOUT` is that time in seconds; 0 keeps nothing.

use std::ffi::OsString;
use std::time::Duration;

use sealing::sealed::Key;

#[cfg(target_os = "linux")]
#[path = "linux.rs"]
mod platform;
#[cfg(not(target_os = "linux"))]
#[path = "nowhere.rs"]
mod platform;

/// For how long keys are kept; what was said, if it is not understood.
#[derive(Clone, Debug)]
pub(crate) struct KeyTimeout(Result<Duration, OsString>);

impl KeyTimeout {
    /// As the variables say that `variable` looks up.
    pub(crate) fn from_variables(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let timeout = variable("ENTRA_AUTH_CLI_KEY_TIMEOUT").filter(|value| !value.is_empty());
        Self(timeout.map_or(Ok(USUAL), |text| seconds(&text).ok_or(text)))
    }

    /// Fails with message and hint if it was not said in a way that is understood.
    pub(crate) fn check(&self) -> Result<(), (String, &'static str)> {
        match &self.0 {
            Ok(_) => Ok(()),
            Err(text) => Err((
                format!(
                    "`ENTRA_AUTH_CLI_KEY_TIMEOUT` is {text:?}, which is no number of seconds up to a day"
                ),
                "set it to 0 to 86400, or unset it",
            )),
        }
    }
}

/// The place of one key.
pub(crate) struct KeptKey {
    /// Nothing where there is no store that the key could come from.
    name: Option<String>,
    timeout: KeyTimeout,
}

impl KeptKey {
    /// For the key of this name, which comes from `origin`; keys of other origins are kept apart.
    pub(crate) fn new(name: &str, origin: Option<String>, timeout: KeyTimeout) -> Self {
        Self {
            name: origin.map(|origin| format!("entra-auth-cli {name} 1 {origin}")),
            timeout,
        }
    }

    /// The key, if it is still kept.
    pub(crate) fn read(&self) -> Option<Key> {
        let (name, _) = self.place()?;
        platform::read(name)
    }

    /// Keep the key from now on for the whole time.
    pub(crate) fn keep(&self, key: &Key) {
        if let Some((name, timeout)) = self.place() {
            platform::keep(name, key, timeout);
        }
    }

    /// Keep it no longer.
    pub(crate) fn forget(&self) {
        if let Some(name) = &self.name {
            platform::forget(name);
        }
    }

    fn place(&self) -> Option<(&str, Duration)> {
        let timeout = *self.timeout.0.as_ref().ok()?;
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
