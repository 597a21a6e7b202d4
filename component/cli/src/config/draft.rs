//! A profile that is ready to be saved, and its secrets.

use crate::bindings::errors::{Failure, Fault};
use crate::bindings::secret_writer;
use crate::civil_time;
use crate::error::{BadValue, Error};
use crate::profile::Profile;
use crate::profile_document::ProfileDocument;
use crate::profiles;
use crate::secret::Secret;

/// What becomes of a profile of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Existing {
    Keep,
    Replace,
}

/// What is about to be written.
pub(super) struct Draft {
    pub(super) profile: Profile,
    pub(super) client_secret: Option<Secret>,
    pub(super) certificate_password: Option<Secret>,
}

impl Draft {
    /// A profile without secrets.
    pub(super) fn of(profile: Profile) -> Self {
        Self {
            profile,
            client_secret: None,
            certificate_password: None,
        }
    }

    /// Secrets first: a profile whose secret could not be stored must not exist. And a secret
    /// whose profile could not be saved must not stay.
    pub(super) fn save(mut self, existing: Existing) -> Result<(), Error> {
        let known = profiles::load()?;
        check_new(&self.profile.name, &known, existing)?;
        let replaced = known.find(&self.profile.name);
        if let Some(replaced) = replaced {
            // The stored secrets go by this spelling.
            self.profile.name.clone_from(&replaced.name);
        }
        self.write_secrets()?;
        let profile = &self.profile;
        let saved = profiles::update(|document| {
            check_new(&profile.name, document, existing)?;
            document.put(stamped(profile, document));
            Ok(())
        });
        match &saved {
            Ok(()) if replaced.is_some() => self.remove_obsolete_secrets(),
            Ok(()) => {}
            Err(_) => self.take_back_secrets(),
        }
        saved
    }

    fn secrets(&self) -> [(String, Option<&Secret>); 2] {
        [
            (
                self.profile.client_secret_name(),
                self.client_secret.as_ref(),
            ),
            (
                self.profile.certificate_password_name(),
                self.certificate_password.as_ref(),
            ),
        ]
    }

    fn write_secrets(&self) -> Result<(), Error> {
        for (name, secret) in self.secrets() {
            if let Some(secret) = secret {
                secret_writer::write(&name, secret.reveal()).map_err(unstored)?;
            }
        }
        Ok(())
    }

    /// What the replaced profile had and the new one does not.
    fn remove_obsolete_secrets(&self) {
        for (name, secret) in self.secrets() {
            if secret.is_none() {
                remove(&name);
            }
        }
    }

    /// Unless there is a profile of that name after all, whose secrets they are now.
    fn take_back_secrets(&self) {
        let is_orphaned =
            profiles::load().is_ok_and(|document| document.find(&self.profile.name).is_none());
        for (name, secret) in self.secrets() {
            if secret.is_some() && is_orphaned {
                remove(&name);
            }
        }
    }
}

/// The name is taken.
pub(super) fn already_exists(name: &str) -> BadValue {
    BadValue::new(
        format!("profile '{name}' already exists"),
        "choose another name, or add `--force` to replace it",
    )
}

fn check_new(name: &str, document: &ProfileDocument, existing: Existing) -> Result<(), Error> {
    if existing == Existing::Replace || document.find(name).is_none() {
        Ok(())
    } else {
        Err(already_exists(name).into())
    }
}

/// The profile with its times; what is replaced keeps when it was created, and foreign members.
fn stamped(profile: &Profile, document: &ProfileDocument) -> Profile {
    let now = civil_time::rfc3339(civil_time::now());
    let replaced = document.find(&profile.name);
    Profile {
        created_at: replaced
            .and_then(|replaced| replaced.created_at.clone())
            .or_else(|| Some(now.clone())),
        updated_at: Some(now),
        others: replaced
            .map(|replaced| replaced.others.clone())
            .unwrap_or_default(),
        ..profile.clone()
    }
}

/// Best effort: what stays behind belongs to nobody, and what came before is what counts.
fn remove(name: &str) {
    let _ = secret_writer::remove(name);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replaced_profile_keeps_its_birthday_and_foreign_members() {
        let text = r#"[{"name":"a","createdAt":"2024-01-01T00:00:00Z","x":1}]"#;
        let document = ProfileDocument::parse(text).unwrap();
        let replaced = stamped(&Profile::named("a"), &document);
        assert_eq!(replaced.created_at.as_deref(), Some("2024-01-01T00:00:00Z"));
        assert_eq!(replaced.others.get("x"), Some(&1.into()));
        let new = stamped(&Profile::named("b"), &document);
        assert_eq!(new.created_at, new.updated_at);
        assert!(new.others.is_empty());
    }
}
