//! What `config edit` changes in a profile, whoever said it: options, a person, or lines on stdin.

use super::certificate_check::{self, Look};
use super::field_options::{self, DefaultFlow, Fields};
use crate::input::named;
use crate::input::secret::Secret;
use crate::output::Output;
use crate::output::civil_time;
use crate::output::error::{BadValue, Error};
use crate::profile::Profile;
use crate::profile::auth_method::AuthMethod;
use crate::profile::credential_id;
use crate::profile::document::ProfileDocument;
use crate::profile::fields;
use crate::profile::flow::Flow;
use crate::profile::saved;
use crate::profile::stored_secrets::{SecretChanges, stored};
use crate::request::cached_tokens;

/// A profile as it is saved, as it is going to be, and the secrets that come with that.
pub(super) struct Changes {
    before: Profile,
    pub(super) after: Profile,
    client_secret: Option<Secret>,
    certificate_password: Option<Secret>,
}

impl Changes {
    pub(super) fn of(profile: &Profile) -> Self {
        Self {
            before: profile.clone(),
            after: profile.clone(),
            client_secret: None,
            certificate_password: None,
        }
    }

    pub(super) fn are_none(&self) -> bool {
        self.before == self.after
            && self.client_secret.is_none()
            && self.certificate_password.is_none()
    }

    /// Take over what the options say.
    pub(super) fn take(&mut self, given: &Fields, output: &Output) -> Result<(), Error> {
        given.check_credentials()?;
        if let Some(text) = &given.tenant_id {
            self.after.tenant_id = fields::tenant(text.trim())?;
        }
        if let Some(text) = &given.client_id {
            self.after.client_id = fields::client_id(text.trim())?;
        }
        if let Some(text) = &given.scope {
            self.set_scopes(text)?;
        }
        if let Some(DefaultFlow(flow)) = given.flow {
            self.set_flow(flow);
        }
        if let Some(text) = &given.authority {
            self.after.authority = field_options::authority(text)?;
        }
        if let Some(text) = &given.redirect_uri {
            self.after.redirect_uri = field_options::redirect_uri(text)?;
        }
        if let Some(text) = &given.login_hint {
            self.after.login_hint = field_options::login_hint(text);
        }
        if let Some(path) = &given.certificate_path {
            self.after.certificate_path = Some(field_options::path(path));
        }
        if let Some(path) = &given.private_key_path {
            self.after.private_key_path = Some(field_options::path(path));
        }
        if given.send_certificate_chain {
            self.after.send_certificate_chain = true;
        }
        if let Some(text) = &given.identity {
            self.after.identity = field_options::identity(text)?;
        }
        if let Some(method) = self.named_method(given) {
            self.set_method(method);
        }
        if let Some(secret) = given.client_secret(output)? {
            self.set_client_secret(secret);
        }
        if let Some(password) = given.certificate_password(output)? {
            self.set_certificate_password(password);
        }
        Ok(())
    }

    /// A new file or password for a certificate leaves the method as it is.
    fn named_method(&self, given: &Fields) -> Option<AuthMethod> {
        let is_certificate = matches!(
            self.after.auth_method(),
            Ok(AuthMethod::Certificate | AuthMethod::PasswordlessCertificate)
        );
        match given.method() {
            Some(AuthMethod::PasswordlessCertificate)
                if is_certificate && given.auth_method.is_none() =>
            {
                None
            }
            method => method,
        }
    }

    pub(super) fn set_method(&mut self, method: AuthMethod) {
        named::name(method).clone_into(&mut self.after.auth_method);
    }

    pub(super) fn set_scopes(&mut self, text: &str) -> Result<(), BadValue> {
        self.after.scopes = fields::scopes_to_keep(text, self.after.auth_method().ok())?;
        Ok(())
    }

    pub(super) fn set_flow(&mut self, flow: Option<Flow>) {
        self.after.default_flow = flow.map(|flow| named::name(flow).to_owned());
    }

    /// A secret is there to be used.
    pub(super) fn set_client_secret(&mut self, secret: Secret) {
        self.set_method(AuthMethod::ClientSecret);
        self.client_secret = Some(secret);
    }

    pub(super) fn set_certificate_password(&mut self, password: Secret) {
        self.set_method(AuthMethod::Certificate);
        self.after.cache_certificate_password = true;
        self.certificate_password = Some(password);
    }

    /// A look at the certificate, if something about it is new. A password that is missing for it is asked for where
    /// somebody sits.
    pub(super) fn check_certificate(&mut self, output: &Output) -> Result<(), Error> {
        let (before, after) = (&self.before, &self.after);
        let is_new = before.certificate_path != after.certificate_path
            || before.private_key_path != after.private_key_path
            || before.auth_method != after.auth_method
            || self.certificate_password.is_some();
        if !is_new {
            return Ok(());
        }
        self.release_private_key(output);
        if self.lacks_password()
            && output.can_ask()
            && let Some(password) = certificate_check::ask_password(&self.looked_at(), output)?
        {
            self.set_certificate_password(password);
        }
        let password = self.certificate_password.as_ref();
        certificate_check::check(&self.looked_at(), password, output)
    }

    /// The profile as it is going to be, under the name that its stored password still goes by.
    fn looked_at(&self) -> Profile {
        Profile {
            name: self.before.name.clone(),
            ..self.after.clone()
        }
    }

    /// Whether neither the new password nor the stored one opens a file that takes one.
    fn lacks_password(&self) -> bool {
        let mut profile = self.looked_at();
        let is_open = |look: Result<Look, Error>| look.is_ok_and(|look| !look.lacks_password());
        if is_open(certificate_check::look(
            &profile,
            self.certificate_password.as_ref(),
        )) {
            return false;
        }
        profile.cache_certificate_password = false;
        self.certificate_password.is_none()
            && certificate_check::look(&profile, None).is_ok_and(|look| look.lacks_password())
    }

    /// A renewed certificate comes with its key, or is for the old one: that stays unless it is not needed any more.
    fn release_private_key(&mut self, output: &Output) {
        let (before, after) = (&self.before, &self.after);
        let is_left = before.private_key_path == after.private_key_path
            && before.certificate_path != after.certificate_path;
        let Some(path) = after.private_key_path.clone().filter(|_| is_left) else {
            return;
        };
        let alone = Profile {
            private_key_path: None,
            ..self.looked_at()
        };
        if certificate_check::look(&alone, self.certificate_password.as_ref()).is_ok() {
            self.after.private_key_path = None;
            output.notice(&format!(
                "the private key file `{path}` is no longer used: the new certificate file has its own key"
            ));
        }
    }

    /// Fails if something is missing that belongs to the rest.
    pub(super) fn check(&self) -> Result<(), Error> {
        check(&self.after)
    }

    /// The profile and its secrets, or neither.
    pub(super) fn save(mut self, output: &Output) -> Result<Profile, Error> {
        self.check()?;
        self.after.updated_at = Some(civil_time::rfc3339(civil_time::now()));
        let mut secrets = SecretChanges::default();
        let said = self.change_secrets(&mut secrets)?;
        let (before, after) = (self.before, self.after);
        secrets.apply_with(|document| {
            check_name(&before, &after, document)?;
            document
                .replace(&before.name, after.clone())
                .ok_or_else(|| saved::not_found(&before.name, document))
        })?;
        if !after.has_client_of(&before) {
            cached_tokens::forget_unshared(&before, output);
        }
        for line in said {
            output.notice(&line);
        }
        Ok(after)
    }

    /// Returns what there is to say about secrets that go, or stay and are for another identity.
    fn change_secrets(&mut self, changes: &mut SecretChanges) -> Result<Vec<String>, Error> {
        let method = self.after.auth_method().ok();
        let audience = self.after.audience();
        let is_of_same = audience.is_same(&self.before.audience());
        let mut said = Vec::new();
        let mut is_changed = false;
        for (old, new, option, secret, is_kept) in [
            (
                self.before.client_secret_name(),
                self.after.client_secret_name(),
                "--client-secret",
                self.client_secret.take(),
                method.is_none_or(|method| method == AuthMethod::ClientSecret),
            ),
            (
                self.before.certificate_password_name(),
                self.after.certificate_password_name(),
                "--certificate-password",
                self.certificate_password.take(),
                method.is_none_or(|method| method == AuthMethod::Certificate),
            ),
        ] {
            let is_renamed = old != new;
            match secret {
                Some(secret) => {
                    changes.store(new, &secret, audience.clone());
                    is_changed = true;
                    if is_renamed {
                        changes.remove(old);
                    }
                }
                None if is_kept => {
                    if !is_of_same {
                        said.extend(still_stored(&old, &self.after.name, option));
                    }
                    if is_renamed {
                        changes.rename(old, new)?;
                    }
                }
                // Nothing would ever read it again.
                None if self.before.auth_method != self.after.auth_method
                    && stored(&old)?.is_some() =>
                {
                    said.push(format!(
                        "what was stored for `{option}` was removed: {} does not use it",
                        self.after.auth_method
                    ));
                    changes.remove(old);
                }
                None => {}
            }
        }
        if is_changed {
            self.after.credential_id = Some(credential_id::new()?);
        }
        if self.before.auth_method != self.after.auth_method {
            said.push(format!(
                "the authentication method is {} now; it was {}",
                self.after.auth_method, self.before.auth_method
            ));
        }
        Ok(said)
    }
}

/// It is for the identity that the profile had, and serves again if that comes back.
fn still_stored(name: &str, profile: &str, option: &str) -> Option<String> {
    let audience = stored(name).ok()??.audience?;
    Some(format!(
        "warning: what is stored is for {audience} alone; give it again: `entra-auth-cli config edit -p {profile} {option} -`"
    ))
}

/// The new name must be free. One that differs from the old one in case alone is.
fn check_name(before: &Profile, after: &Profile, document: &ProfileDocument) -> Result<(), Error> {
    let is_taken = before.name != after.name
        && document
            .profiles
            .iter()
            .any(|other| other.name != before.name && other.name.eq_ignore_ascii_case(&after.name));
    if is_taken {
        return Err(Error::bad_arguments(
            format!("profile '{}' already exists", after.name),
            "choose another name",
        ));
    }
    Ok(())
}

/// What belongs together is there.
fn check(profile: &Profile) -> Result<(), Error> {
    let method = profile.auth_method()?;
    let needs_certificate = match method {
        AuthMethod::Certificate => true,
        AuthMethod::PasswordlessCertificate => !profile.flow()?.needs_person(),
        AuthMethod::ClientSecret
        | AuthMethod::None
        | AuthMethod::ManagedIdentity
        | AuthMethod::FederatedToken => false,
    };
    if needs_certificate && profile.certificate_path.is_none() {
        return Err(Error::bad_arguments(
            format!("authentication method {method} needs a certificate file"),
            "add `--certificate-path FILE`",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_free_unless_another_profile_has_it() {
        let text = r#"[{"name":"dev"},{"name":"prod"}]"#;
        let document = ProfileDocument::parse(text).unwrap();
        let dev = document.find("dev").unwrap();
        for (name, is_free) in [("dev", true), ("DEV", true), ("Prod", false), ("new", true)] {
            let after = Profile {
                name: name.to_owned(),
                ..dev.clone()
            };
            assert_eq!(
                check_name(dev, &after, &document).is_ok(),
                is_free,
                "{name}"
            );
        }
    }

    #[test]
    fn a_certificate_method_needs_its_file() {
        for (method, path, flow, is_good) in [
            ("Certificate", None, None, false),
            ("Certificate", Some("c.pfx"), None, true),
            ("PasswordlessCertificate", None, None, true),
            (
                "PasswordlessCertificate",
                None,
                Some("ClientCredentials"),
                false,
            ),
            ("ClientSecret", None, None, true),
            ("Kerberos", None, None, false),
        ] {
            let profile = Profile {
                auth_method: method.to_owned(),
                certificate_path: path.map(str::to_owned),
                default_flow: flow.map(str::to_owned),
                ..Profile::named("p")
            };
            assert_eq!(
                check(&profile).is_ok(),
                is_good,
                "{method} {path:?} {flow:?}"
            );
        }
    }
}
