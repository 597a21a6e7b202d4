//! A profile that is ready to be saved, and its secrets.

use crate::civil_time;
use crate::error::{BadValue, Error};
use crate::profile::Profile;
use crate::profile_document::ProfileDocument;
use crate::profiles;
use crate::secret::Secret;
use crate::secret_changes::SecretChanges;

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

    /// The profile and its secrets, or neither.
    pub(super) fn save(mut self, existing: Existing) -> Result<(), Error> {
        let known = profiles::load()?;
        check_new(&self.profile.name, &known, existing)?;
        let replaced = known.find(&self.profile.name);
        if let Some(replaced) = replaced {
            // The stored secrets go by this spelling.
            self.profile.name.clone_from(&replaced.name);
        }
        let is_new = replaced.is_none();
        let applied = self.secret_changes(is_new).apply()?;
        let profile = &self.profile;
        let saved = profiles::update(|document| {
            check_new(&profile.name, document, existing)?;
            document.put(stamped(profile, document));
            Ok(())
        });
        if saved.is_err() {
            applied.undo();
        }
        saved
    }

    /// What a replaced profile had and this one does not goes with it.
    fn secret_changes(&mut self, is_new: bool) -> SecretChanges {
        let mut changes = SecretChanges::default();
        for (name, secret) in [
            (self.profile.client_secret_name(), self.client_secret.take()),
            (
                self.profile.certificate_password_name(),
                self.certificate_password.take(),
            ),
        ] {
            if secret.is_some() || !is_new {
                changes.set(name, secret);
            }
        }
        changes
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
