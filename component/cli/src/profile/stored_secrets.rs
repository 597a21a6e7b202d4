//! Changes of the document and of stored secrets, both or neither.
//!
//! They are kept apart, so that a change of both is several steps, in the order that loses nothing: new secrets are
//! stored, then the document is changed, then old secrets are removed. If a step fails, those before it are taken back; a
//! secret that was removed could not be.

use stored_secret::{Audience, StoredSecret};
use zeroize::Zeroizing;

use crate::bindings::errors::{Failure, Fault};
use crate::bindings::{secret_store, secret_writer};
use crate::input::secret::Secret;
use crate::output::error::Error;
use crate::profile::document::ProfileDocument;
use crate::profile::saved;

/// What is going to be stored or removed, by name.
#[derive(Default)]
pub(crate) struct SecretChanges {
    stored: Vec<(String, StoredSecret)>,
    removed: Vec<String>,
}

/// What was there before and what is there now, to be taken back.
#[derive(Default)]
struct Applied(Vec<Replaced>);

struct Replaced {
    name: String,
    before: Option<StoredSecret>,
    after: Option<StoredSecret>,
}

impl SecretChanges {
    /// Keep the secret for these alone.
    pub(crate) fn store(&mut self, name: String, secret: &Secret, audience: Audience) {
        self.stored.push((name, bound(secret, audience)));
    }

    pub(crate) fn remove(&mut self, name: String) {
        self.removed.push(name);
    }

    /// The secret goes by another name from now on, for whom it was for.
    pub(crate) fn rename(&mut self, from: String, to: String) -> Result<(), Error> {
        if let Some(secret) = stored(&from)? {
            self.stored.push((to, secret));
            self.remove(from);
        }
        Ok(())
    }

    /// Make them together with `change` to the document. What was done is undone if one of them fails.
    pub(crate) fn apply_with<T>(
        self,
        change: impl Fn(&mut ProfileDocument) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let stored = Applied::of(
            self.stored
                .into_iter()
                .map(|(name, secret)| (name, Some(secret))),
        )?;
        let (value, changed) = match saved::update(change) {
            Ok(done) => done,
            Err(error) => return Err(stored.undo(error)),
        };
        match Applied::of(self.removed.into_iter().map(|name| (name, None))) {
            Ok(_) => Ok(value),
            Err(error) => Err(stored.undo(changed.undo(error))),
        }
    }
}

impl Applied {
    /// Make the changes in order, or none of them.
    fn of(changes: impl Iterator<Item = (String, Option<StoredSecret>)>) -> Result<Self, Error> {
        let mut applied = Self::default();
        for (name, value) in changes {
            match change(name, value) {
                Ok(replaced) => applied.0.extend(replaced),
                Err(error) => return Err(applied.undo(error)),
            }
        }
        Ok(applied)
    }

    /// Put everything back, as far as that is possible; what another process has changed since is theirs. Returns what made
    /// the command fail in the first place, with a word if something could not be put back.
    fn undo(self, cause: Error) -> Error {
        let mut is_whole = true;
        for replaced in self.0.into_iter().rev() {
            let is_ours = stored(&replaced.name).is_ok_and(|now| now == replaced.after);
            is_whole &= is_ours && change(replaced.name, replaced.before).is_ok();
        }
        if is_whole {
            return cause;
        }
        let hint = cause.hint.unwrap_or_default();
        Error {
            hint: Some(format!(
                "{hint}; a secret that was stored for it could not be taken back: store the right one again"
            )),
            ..cause
        }
    }
}

/// Returns what was replaced, if anything was.
fn change(name: String, after: Option<StoredSecret>) -> Result<Option<Replaced>, Error> {
    let before = match read(&name) {
        Ok(before) => before,
        // Whoever did not give the passphrase is not asked for it again at once.
        Err(failure) if matches!(failure.fault, Fault::Cancelled | Fault::Locked) => {
            return Err(failure.into());
        }
        // A store that cannot be read tells what is wrong when it is written.
        Err(_) if after.is_some() => None,
        Err(failure) => return Err(failure.into()),
    };
    match (&after, &before) {
        (None, None) => return Ok(None),
        (Some(secret), _) => {
            secret_writer::write(&name, &secret.to_text()).map_err(unstored)?;
        }
        (None, Some(_)) => {
            secret_writer::remove(&name)?;
        }
    }
    Ok(Some(Replaced {
        name,
        before,
        after,
    }))
}

/// Whether they are behind a passphrase that somebody has to type.
pub(crate) fn need_passphrase() -> bool {
    secret_writer::describe().is_ok_and(|storage| storage.asks)
}

/// Why none can be stored here, where that is so.
pub(crate) fn why_none_can_be() -> Option<String> {
    let storage = secret_writer::describe().ok()?;
    (storage.kind == NO_STORE).then_some(storage.reason)
}

/// The kind of a store that holds nothing.
const NO_STORE: &str = "none";

/// The secret by this name.
pub(crate) fn stored(name: &str) -> Result<Option<StoredSecret>, Error> {
    Ok(read(name)?)
}

/// A host without a secret store has none.
fn read(name: &str) -> Result<Option<StoredSecret>, Failure> {
    match secret_store::read(name) {
        Ok(text) => Ok(text.map(|text| StoredSecret::parse(&Zeroizing::new(text)))),
        Err(failure) if failure.fault == Fault::Absent => Ok(None),
        Err(failure) => Err(failure),
    }
}

fn bound(secret: &Secret, audience: Audience) -> StoredSecret {
    StoredSecret {
        audience: Some(audience),
        secret: Zeroizing::new(secret.reveal().to_owned()),
    }
}

fn unstored(failure: Failure) -> Error {
    let is_absent = failure.fault == Fault::Absent;
    let mut error = Error::from(failure);
    if is_absent {
        error.hint = Some(
            "set AZURE_CLIENT_SECRET, here and where the token is asked for, and leave \
             `--client-secret` out"
                .to_owned(),
        );
    }
    error
}
