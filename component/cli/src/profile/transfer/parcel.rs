//! A profile and its secrets, as one object.

use serde_json::{Map, Value};

use crate::input::named::fold;
use crate::input::secret::Secret;
use crate::profile::Profile;
use crate::profile::auth_method::AuthMethod;
use crate::profile::secret_members;

/// Members that hold secrets in files; never in the document of profiles.
const CLIENT_SECRET: &str = "clientSecret";
const CERTIFICATE_PASSWORD: &str = "certificatePassword";

/// What only this machine knows the meaning of.
const CREDENTIAL_ID: &str = "credentialId";

/// A profile with its secrets.
pub(crate) struct Parcel {
    pub(crate) profile: Profile,
    pub(crate) client_secret: Option<Secret>,
    pub(crate) certificate_password: Option<Secret>,
    /// Where there was something that may be a secret and has no place here.
    pub(crate) left_out: Vec<String>,
}

impl Parcel {
    /// A profile as it is saved, its secrets apart.
    pub(crate) fn without_secrets(profile: Profile) -> Self {
        Self {
            profile,
            client_secret: None,
            certificate_password: None,
            left_out: Vec::new(),
        }
    }

    /// Secrets that came with the profile go to the secret store, under whichever documented name they came. What else may
    /// be a secret is left out.
    pub(super) fn of(mut profile: Profile) -> Self {
        let has_certificate = profile.auth_method().ok() == Some(AuthMethod::Certificate);
        let mut take = |name: &str| {
            let key = profile.others.keys().find(|key| fold(key) == name)?;
            let key = key.clone();
            let text = profile.others.get(&key)?.as_str()?;
            let secret = Secret::new(text.to_owned());
            profile.others.shift_remove(&key);
            (!secret.is_empty()).then_some(secret)
        };
        let client_secret = take("clientsecret").or_else(|| take("secret"));
        let certificate_password = take("certificatepassword")
            .or_else(|| take("certpassword"))
            .or_else(|| has_certificate.then(|| take("password")).flatten());
        Self {
            client_secret,
            certificate_password,
            left_out: secret_members::remove(&mut profile.others),
            profile,
        }
    }

    pub(super) fn members(&self) -> Map<String, Value> {
        let mut members = self.profile.to_public_json();
        members.shift_remove(CREDENTIAL_ID);
        for (name, secret) in [
            (CLIENT_SECRET, &self.client_secret),
            (CERTIFICATE_PASSWORD, &self.certificate_password),
        ] {
            if let Some(secret) = secret {
                members.insert(name.to_owned(), Value::from(secret.reveal()));
            }
        }
        members
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_stays_in_the_profile() {
        for (text, client_secret, password, left_out) in [
            (r#"{"name":"p","clientSecret":"s"}"#, Some("s"), None, ""),
            (r#"{"name":"p","secret":"s"}"#, Some("s"), None, ""),
            (
                r#"{"name":"p","client_secret":"s","clientSecret":"CLEAR","secret":"CLEAR"}"#,
                Some("s"),
                None,
                "clientSecret secret",
            ),
            (r#"{"name":"p","password":"CLEAR"}"#, None, None, "password"),
            (
                r#"{"name":"p","authMethod":"Certificate","password":"s"}"#,
                None,
                Some("s"),
                "",
            ),
            (
                r#"{"name":"p","certPassword":"s","x":{"apiKey":"CLEAR"}}"#,
                None,
                Some("s"),
                "x.apiKey",
            ),
            (
                r#"{"name":"p","clientSecret":{"value":"CLEAR"}}"#,
                None,
                None,
                "clientSecret",
            ),
        ] {
            let parcel =
                Parcel::of(Profile::from_json(serde_json::from_str(text).unwrap()).unwrap());
            let secret =
                |secret: &Option<Secret>| secret.as_ref().map(|secret| secret.reveal().to_owned());
            assert_eq!(
                secret(&parcel.client_secret).as_deref(),
                client_secret,
                "{text}"
            );
            assert_eq!(
                secret(&parcel.certificate_password).as_deref(),
                password,
                "{text}"
            );
            assert_eq!(parcel.left_out.join(" "), left_out, "{text}");
            let saved = Value::from(parcel.profile.to_json()).to_string();
            assert!(
                !saved.contains("CLEAR") && !saved.contains("\"s\""),
                "{saved}"
            );
        }
    }
}
