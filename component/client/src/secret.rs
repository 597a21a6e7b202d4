//! Secrets, fetched when they are needed and not before.

use protocol::credential::client_secret;
use protocol::value::secret::Secret;

use crate::bindings::entra_auth::core::{progress, secret_store};
use crate::bindings::exports::entra_auth::core::tokens;
use crate::error::{Error, secret_missing};

/// The secret's value: the stored one, else the given one.
///
/// A store that fails does not stop a request for which a value was given: in a container there is no store.
pub(crate) fn reveal(secret: &tokens::Secret) -> Result<Secret, Error> {
    let given = || {
        let given = secret.given.as_deref().map(Secret::new)?;
        drop(progress::step("secret: the one that was given"));
        Some(given)
    };
    let Some(name) = &secret.stored else {
        return given().ok_or_else(|| secret_missing("no client secret was given"));
    };
    match secret_store::read(name) {
        Ok(Some(value)) => {
            drop(progress::step(&format!(
                "secret: from the store, where it is `{name}`"
            )));
            Ok(Secret::new(value))
        }
        Ok(None) => {
            given().ok_or_else(|| secret_missing(&format!("no secret is stored as `{name}`")))
        }
        Err(failure) => given().ok_or_else(|| failure.into()),
    }
}

/// What is odd about the form of the client's secret, once it was refused; it is read again for that.
pub(crate) fn remark(credential: &tokens::Credential) -> Option<&'static str> {
    match credential {
        tokens::Credential::Secret(secret) => client_secret::remark(&reveal(secret).ok()?),
        _ => None,
    }
}
