//! Changes to stored secrets, all or none.
//!
//! Profiles and secrets are kept apart, so that a change of both is two steps. Secrets go first: a
//! profile whose secret could not be stored must not exist. If the second step fails, the first is
//! taken back.

use crate::bindings::errors::{Failure, Fault};
use crate::bindings::{secret_store, secret_writer};
use crate::input::secret::Secret;
use crate::output::error::Error;

/// What is going to be stored or removed, by name.
#[derive(Default)]
pub(crate) struct SecretChanges(Vec<Change>);

/// What was there before, to be put back.
pub(crate) struct Applied(Vec<Replaced>);

struct Change {
    name: String,
    /// `None` removes it.
    value: Option<Secret>,
}

struct Replaced {
    name: String,
    before: Option<Secret>,
    after: Option<Secret>,
}

impl SecretChanges {
    pub(crate) fn store(&mut self, name: String, secret: Secret) {
        self.0.push(Change {
            name,
            value: Some(secret),
        });
    }

    pub(crate) fn remove(&mut self, name: String) {
        self.0.push(Change { name, value: None });
    }

    /// Store it if there is one, else remove what is there.
    pub(crate) fn set(&mut self, name: String, value: Option<Secret>) {
        self.0.push(Change { name, value });
    }

    /// The secret goes by another name from now on.
    pub(crate) fn rename(&mut self, from: String, to: String) -> Result<(), Error> {
        if let Some(secret) = stored(&from)? {
            self.store(to, secret);
            self.remove(from);
        }
        Ok(())
    }

    /// Make the changes in order. What was done is undone if one of them fails.
    pub(crate) fn apply(self) -> Result<Applied, Error> {
        let mut applied = Applied(Vec::with_capacity(self.0.len()));
        for change in self.0 {
            match change.apply() {
                Ok(before) => applied.0.extend(before),
                Err(error) => {
                    applied.undo();
                    return Err(error);
                }
            }
        }
        Ok(applied)
    }
}

impl Applied {
    /// Put everything back, as far as that is possible. What another process has changed since is
    /// theirs.
    pub(crate) fn undo(self) {
        for replaced in self.0.into_iter().rev() {
            let is_ours = stored(&replaced.name).is_ok_and(|now| now == replaced.after);
            if is_ours {
                let change = Change {
                    name: replaced.name,
                    value: replaced.before,
                };
                // What made the command fail in the first place is what counts.
                let _ = change.apply();
            }
        }
    }
}

impl Change {
    /// Returns what was replaced, if anything was.
    fn apply(self) -> Result<Option<Replaced>, Error> {
        let before = match stored(&self.name) {
            Ok(before) => before,
            // A store that cannot be read tells what is wrong when it is written.
            Err(_) if self.value.is_some() => None,
            Err(error) => return Err(error),
        };
        match (&self.value, &before) {
            (None, None) => return Ok(None),
            (Some(secret), _) => {
                secret_writer::write(&self.name, secret.reveal()).map_err(unstored)?;
            }
            (None, Some(_)) => {
                secret_writer::remove(&self.name)?;
            }
        }
        Ok(Some(Replaced {
            name: self.name,
            before,
            after: self.value,
        }))
    }
}

/// The secret by this name. A host without a secret store has none.
pub(crate) fn stored(name: &str) -> Result<Option<Secret>, Error> {
    match secret_store::read(name) {
        Ok(secret) => Ok(secret.map(Secret::new)),
        Err(failure) if failure.fault == Fault::Absent => Ok(None),
        Err(failure) => Err(failure.into()),
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
