//! A profile that is ready to be saved, and its secrets.

use crate::input::secret::Secret;
use crate::output::Output;
use crate::output::civil_time;
use crate::output::error::{BadValue, Error};
use crate::profile::Profile;
use crate::profile::auth_method::AuthMethod;
use crate::profile::credential_id;
use crate::profile::document::ProfileDocument;
use crate::profile::saved;
use crate::profile::stored_secrets::{SecretChanges, stored};

/// What becomes of a profile of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Existing {
    Keep,
    Replace,
    /// Its secrets stay unless new ones come.
    ReplaceButSecrets,
}

/// What is about to be written.
#[derive(Clone)]
pub(super) struct Draft {
    pub(super) profile: Profile,
    pub(super) client_secret: Option<Secret>,
    pub(super) certificate_password: Option<Secret>,
    pub(super) existing: Existing,
}

impl Draft {
    /// A new profile without secrets.
    pub(super) fn of(profile: Profile) -> Self {
        Self {
            profile,
            client_secret: None,
            certificate_password: None,
            existing: Existing::Keep,
        }
    }

    /// What a replaced profile had and this one does not goes with it; so does what a profile of this name left that is no
    /// longer there, and then there is a word for it.
    fn change_secrets(
        &mut self,
        replaced: Option<&Profile>,
        changes: &mut SecretChanges,
    ) -> Result<Option<String>, Error> {
        let mut orphan = None;
        let audience = self.profile.audience();
        let is_kept = self.existing == Existing::ReplaceButSecrets && replaced.is_some();
        let method = self.profile.auth_method().ok();
        let mut is_changed = false;
        for (name, noun, secret, is_read) in [
            (
                self.profile.client_secret_name(),
                "client secret",
                self.client_secret.take(),
                method == Some(AuthMethod::ClientSecret),
            ),
            (
                self.profile.certificate_password_name(),
                "certificate password",
                self.certificate_password.take(),
                method == Some(AuthMethod::Certificate),
            ),
        ] {
            match secret {
                Some(secret) => {
                    changes.store(name, &secret, audience.clone());
                    is_changed = true;
                }
                None if is_kept => {}
                None if replaced.is_some() => changes.remove(name),
                // A store that cannot be read has nothing to hand out to the new profile either.
                None if is_read && stored(&name).is_ok_and(|secret| secret.is_some()) => {
                    changes.remove(name);
                    orphan = Some(format!(
                        "a {noun} that an earlier profile '{}' had left was removed",
                        self.profile.name
                    ));
                }
                None => {}
            }
        }
        self.profile.credential_id = match (is_changed, replaced) {
            (true, _) => Some(credential_id::new()?),
            (false, Some(replaced)) if is_kept => replaced.credential_id.clone(),
            (false, _) => None,
        };
        Ok(orphan)
    }
}

/// All profiles and their secrets, or none.
pub(super) fn save_all(mut drafts: Vec<Draft>, output: &Output) -> Result<(), Error> {
    let known = saved::load()?;
    let mut secrets = SecretChanges::default();
    let mut orphans = Vec::new();
    for draft in &mut drafts {
        check_new(draft, &known)?;
        let replaced = known.find(&draft.profile.name);
        if let Some(replaced) = replaced {
            // The stored secrets go by this spelling.
            draft.profile.name.clone_from(&replaced.name);
        }
        orphans.extend(draft.change_secrets(replaced, &mut secrets)?);
    }
    secrets.apply_with(|document| {
        for draft in &drafts {
            check_new(draft, document)?;
            document.put(stamped(&draft.profile, document));
        }
        Ok(())
    })?;
    for orphan in orphans {
        output.notice(&orphan);
    }
    Ok(())
}

/// The name is taken.
pub(super) fn already_exists(name: &str) -> BadValue {
    BadValue::new(
        format!("profile '{name}' already exists"),
        "choose another name, or add `--force` to replace it",
    )
}

fn check_new(draft: &Draft, document: &ProfileDocument) -> Result<(), Error> {
    let name = &draft.profile.name;
    if draft.existing != Existing::Keep || document.find(name).is_none() {
        Ok(())
    } else {
        Err(already_exists(name).into())
    }
}

/// The profile with its times; what is replaced keeps when it was created, and foreign members.
fn stamped(profile: &Profile, document: &ProfileDocument) -> Profile {
    let now = civil_time::rfc3339(civil_time::now());
    let replaced = document.find(&profile.name);
    let mut stamped = profile.clone();
    if let Some(replaced) = replaced {
        stamped.created_at.clone_from(&replaced.created_at);
        for (name, value) in &replaced.others {
            let others = &mut stamped.others;
            others.entry(name).or_insert_with(|| value.clone());
        }
    }
    stamped.created_at.get_or_insert_with(|| now.clone());
    stamped.updated_at = Some(now);
    stamped
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
