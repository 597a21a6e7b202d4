//! A profile and its secrets, as one object.

use serde_json::{Map, Value};

use crate::input::named::fold;
use crate::input::secret::Secret;
use crate::profile::Profile;

/// Members that hold secrets in files; never in the document of profiles.
const CLIENT_SECRET: &str = "clientSecret";
const CERTIFICATE_PASSWORD: &str = "certificatePassword";

/// A profile with its secrets.
pub(crate) struct Parcel {
    pub(crate) profile: Profile,
    pub(crate) client_secret: Option<Secret>,
    pub(crate) certificate_password: Option<Secret>,
}

impl Parcel {
    /// Secrets that came with the profile go to the secret store.
    pub(super) fn of(mut profile: Profile) -> Self {
        let mut take = |name: &str| {
            let key = profile.others.keys().find(|key| fold(key) == fold(name));
            let value = profile.others.shift_remove(&key?.clone())?;
            let text = value.as_str().filter(|text| !text.is_empty())?;
            Some(Secret::new(text.to_owned()))
        };
        Self {
            client_secret: take(CLIENT_SECRET),
            certificate_password: take(CERTIFICATE_PASSWORD),
            profile,
        }
    }

    pub(super) fn members(&self) -> Map<String, Value> {
        let mut members = self.profile.to_public_json();
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
