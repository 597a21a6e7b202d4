//! A token for a person: silently if it can be, else by signing in.

use protocol::request::claims::Claims;
use protocol::token::cache::CacheEntry;
use protocol::token::id::{is_account_name, other_account};
use protocol::token::response::TokenResponse;
use protocol::value::secret::Secret;

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

/// Whether the token may be kept for the person who was hinted at: somebody else may have signed in.
pub(crate) fn is_meant(order: &Order, entry: &CacheEntry, notices: &mut Notices) -> bool {
    let (Some(hint), Some(id_token)) = (&order.login_hint, &entry.id_token) else {
        return true;
    };
    match other_account(id_token, hint) {
        None => true,
        Some(name) => {
            notices.add(format!(
                "it was {name} who signed in, so the token is not kept for the account that was named"
            ));
            false
        }
    }
}

/// Keeps the refresh token where requests for other APIs find it.
pub(crate) fn remember(order: &Order, entry: &CacheEntry, notices: &mut Notices) {
    if entry.refresh_token.is_none() {
        return;
    }
    let key = order.person_key();
    if let Some(held) = notices.keep(cache::hold(&key, order.deadline.limit())) {
        notices.keep(held.write(entry));
    }
}

fn silently(
    order: &Order,
    stored: Option<&CacheEntry>,
    notices: &mut Notices,
) -> Result<Silent, Error> {
    match refresh_token(order, stored, notices) {
        Some(refresh_token) => refresh_token::token(order, &refresh_token, notices),
        None => Ok(Silent::NeedsPerson(None)),
    }
}

fn refresh_token(
    order: &Order,
    stored: Option<&CacheEntry>,
    notices: &mut Notices,
) -> Option<Secret> {
    if let Some(refresh_token) = stored.and_then(|entry| entry.refresh_token.clone()) {
        return Some(refresh_token);
    }
    let elsewhere = notices.keep(cache::read(&order.person_key())).flatten()?;
    elsewhere.refresh_token
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
