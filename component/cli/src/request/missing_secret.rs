//! A secret that a request turns out to lack is asked for where somebody sits, and not before: a cached token takes none.

use crate::bindings::errors::Error as Refused;
use crate::bindings::tokens::{Credential, Request, Secret as StoredSecret};
use crate::input::secret::hidden;
use crate::output::Output;
use crate::output::error::Error;
use crate::request::prepared::Prepared;

/// What `ask` answers; where a secret is missing for that and somebody can be asked for it, what it answers with theirs.
pub(crate) fn asked_for<T>(
    prepared: &mut Prepared,
    output: &Output,
    ask: impl Fn(&Request) -> Result<T, Box<Refused>>,
) -> Result<Result<T, Box<Refused>>, Error> {
    match ask(&prepared.request) {
        Err(error) if matches!(*error, Refused::SecretMissing(_)) && output.can_ask() => {
            match supply(&mut prepared.request.credential)? {
                true => Ok(ask(&prepared.request)),
                false => Ok(Err(error)),
            }
        }
        outcome => Ok(outcome),
    }
}

/// True if somebody gave the secret that the credential lacks.
fn supply(credential: &mut Credential) -> Result<bool, Error> {
    match credential {
        Credential::Secret(secret) => {
            // Pasted secrets bring a blank along; no secret of Entra starts or ends with one.
            let given = hidden("Client secret: ")?;
            let given = given.map(|secret| secret.trim().to_owned());
            let is_given = given.as_ref().is_some_and(|secret| !secret.is_empty());
            *secret = for_this_call(given);
            Ok(is_given)
        }
        Credential::Certificate(certificate) => {
            let given = hidden("Certificate password: ")?;
            let is_given = given.is_some();
            certificate.password = given.map(|password| for_this_call(Some(password)));
            Ok(is_given)
        }
        Credential::None | Credential::Assertion(_) => Ok(false),
    }
}

/// What somebody has typed for one request, for another one of the same client.
pub(crate) fn carry_over(typed: &Credential, to: &mut Credential) {
    match (typed, to) {
        (Credential::Secret(typed), Credential::Secret(secret)) if typed.given.is_some() => {
            *secret = typed.clone();
        }
        (Credential::Certificate(typed), Credential::Certificate(certificate)) => {
            certificate.password = typed.password.clone();
        }
        _ => {}
    }
}

fn for_this_call(given: Option<String>) -> StoredSecret {
    StoredSecret {
        stored: None,
        generation: None,
        given,
    }
}
