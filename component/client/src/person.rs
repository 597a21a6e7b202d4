//! A token for a person: silently if it can be, else by signing in.

use protocol::request::claims::Claims;
use protocol::token::cache::CacheEntry;
use protocol::token::id::{is_account_name, other_account};
use protocol::token::response::TokenResponse;

use crate::bindings::entra_auth::core::errors::Interaction;
use crate::error::{Capability, Error, Fault, needs_person, of_protocol};
use crate::notices::Notices;
use crate::order::{Order, SignIn};
use crate::refresh_token::{self, Silent};
use crate::{authorization_code, cache, device_code};

/// A new token: with the refresh token that is stored, else through `sign_in`.
pub(crate) fn token(
    order: &Order,
    sign_in: &SignIn,
    stored: Option<&CacheEntry>,
    notices: &mut Notices,
) -> Result<TokenResponse, Error> {
    let silent = match sign_in {
        // Whoever asks for a page wants to see it.
        SignIn::AuthorizationCode(browser) if browser.prompt.is_some() => Silent::NeedsPerson(None),
        SignIn::AuthorizationCode(_) | SignIn::DeviceCode => silently(order, stored, notices)?,
    };
    match silent {
        Silent::Token(response) => Ok(*response),
        Silent::NeedsPerson(refusal) => {
            let challenge = refusal.clone().and_then(refresh_token::challenge);
            let claims = challenge.as_ref().or(order.claims.as_ref());
            match (signed_in(order, sign_in, claims, notices), refusal) {
                // Where nobody can be asked, the server's reason to ask says more.
                (Err(error), Some(refusal)) if is_for_want_of_a_browser(&error) => {
                    Err(of_protocol(refusal, &order.facts()))
                }
                (outcome, _) => outcome,
            }
        }
    }
}

fn is_for_want_of_a_browser(error: &Error) -> bool {
    matches!(error, Error::CapabilityFailed(failure)
        if failure.capability == Capability::SignIn && failure.fault == Fault::Absent)
}

/// A new token without a person.
pub(crate) fn renewed(
    order: &Order,
    stored: Option<&CacheEntry>,
    notices: &mut Notices,
) -> Result<TokenResponse, Error> {
    match silently(order, stored, notices)? {
        Silent::Token(response) => Ok(*response),
        Silent::NeedsPerson(Some(refusal)) => Err(of_protocol(refusal, &order.facts())),
        Silent::NeedsPerson(None) => Err(needs_person("no refresh token is available")),
    }
}

/// Fails if an account was named and another one has signed in: whoever works with a token must know whose it is, and
/// somebody else may have answered the sign-in.
pub(crate) fn check_account(order: &Order, response: &TokenResponse) -> Result<(), Error> {
    let (Some(hint), Some(id_token)) = (&order.login_hint, &response.id_token) else {
        return Ok(());
    };
    match other_account(id_token, hint) {
        Some(name) if is_account_name(hint) => Err(Error::InteractionRequired(Interaction {
            message: format!("it was {name} who signed in, and not the account that was named"),
            hint: Some(format!(
                "sign in again as the account that is meant, or name the other one with `--login-hint {name}`"
            )),
            refusal: None,
        })),
        Some(_) | None => Ok(()),
    }
}

fn silently(
    order: &Order,
    stored: Option<&CacheEntry>,
    notices: &mut Notices,
) -> Result<Silent, Error> {
    let elsewhere = match stored {
        Some(entry) if entry.refresh_token.is_some() => None,
        Some(_) | None => of_any_api(order, notices),
    };
    let entry = elsewhere.as_ref().or(stored);
    let Some(refresh_token) = entry.and_then(|entry| entry.refresh_token.as_ref()) else {
        return Ok(Silent::NeedsPerson(None));
    };
    let mut silent = refresh_token::token(order, refresh_token, notices)?;
    if let Silent::Token(response) = &mut silent {
        // Whose it is need not be said again.
        let id_token = entry.and_then(|entry| entry.id_token.clone());
        response.id_token = response.id_token.take().or(id_token);
    }
    Ok(silent)
}

fn of_any_api(order: &Order, notices: &mut Notices) -> Option<CacheEntry> {
    let key = order.person_key()?;
    notices.keep(cache::read(&key)).flatten()
}

fn signed_in(
    order: &Order,
    sign_in: &SignIn,
    claims: Option<&Claims>,
    notices: &mut Notices,
) -> Result<TokenResponse, Error> {
    let response = match sign_in {
        SignIn::AuthorizationCode(browser) => {
            authorization_code::token(order, browser, claims, notices)
        }
        SignIn::DeviceCode => device_code::token(order, claims, notices),
    }?;
    notices.somebody_signed_in();
    Ok(response)
}
