//! Secrets, fetched when they are needed and not before.

use ::stored_secret::StoredSecret;
use protocol::credential::{client_secret, stored_secret};
use protocol::value::secret::Secret;
use zeroize::Zeroizing;

use crate::bindings::entra_auth::core::{progress, secret_store};
use crate::bindings::exports::entra_auth::core::tokens;
use crate::error::{Error, secret_missing};
use crate::order::Order;

/// The secret's value: the stored one, else the given one.
///
/// A store that fails does not stop a request for which a value was given: in a container there is no store. Nor does a
/// stored secret that is for somebody else.
pub(crate) fn reveal(secret: &tokens::Secret, order: &Order) -> Result<Secret, Error> {
    let given = || {
        let given = secret.given.as_deref().map(Secret::new)?;
        drop(progress::step("secret: the one that was given"));
        Some(given)
    };
    let Some(name) = &secret.stored else {
        return given().ok_or_else(|| secret_missing("no client secret was given"));
    };
    stored(name, order).or_else(|error| given().ok_or(error))
}

/// The same for what is not sent anywhere: a file of this machine is opened with it.
pub(crate) fn reveal_for_file(secret: &tokens::Secret) -> Result<Secret, Error> {
    let given = secret.given.as_deref().map(Secret::new);
    let Some(name) = &secret.stored else {
        return given.ok_or_else(|| secret_missing("no password was given"));
    };
    read(name)
        .map(|stored| Secret::new(stored.secret.as_str()))
        .or_else(|error| given.ok_or(error))
}

fn stored(name: &str, order: &Order) -> Result<Secret, Error> {
    let stored = read(name)?;
    let secret = stored_secret::for_request(stored, order.authority(), &order.client_id)?;
    drop(progress::step(&format!(
        "secret: from the store, where it is `{name}`"
    )));
    Ok(secret)
}

fn read(name: &str) -> Result<StoredSecret, Error> {
    secret_store::read(name)?
        .map(|text| StoredSecret::parse(&Zeroizing::new(text)))
        .ok_or_else(|| secret_missing(&format!("no secret is stored as `{name}`")))
}

/// What is odd about the form of the client's secret, once it was refused; it is read again for that.
pub(crate) fn remark(order: &Order) -> Option<&'static str> {
    match &order.credential {
        tokens::Credential::Secret(secret) => client_secret::remark(&reveal(secret, order).ok()?),
        _ => None,
    }
}
