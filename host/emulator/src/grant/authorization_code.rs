//! The grant of authorization codes (RFC 6749 section 4.1.3).
//!
//! <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow>

use http::header::ORIGIN;
use serde_json::Value;

use crate::client::authentication::{Presented, refuse_browsers};
use crate::exchange::incoming::Incoming;
use crate::refusal::Refusal;
use crate::remembered::{authorization_code::AuthorizationCode, reference};
use crate::request::{form::Form, scopes::RequestedScopes};
use crate::tenant::{authority::Authority, registration::Platform};
use crate::value::time::UnixTime;

/// Answers the grant.
pub(crate) fn grant(
    authority: Authority<'_>,
    form: &Form,
    incoming: &mut Incoming<'_>,
) -> Result<Value, Refusal> {
    let presented = Presented::from_request(incoming.request.headers(), form)?;
    let client = presented.client(incoming.tenant)?;
    authority.admit(client)?;
    let name = reference::well_formed(form.required("code")?)?;
    let code = incoming.remembered.codes.get(name).cloned();
    let platform = code.as_ref().and_then(|code| code.delegation.platform);
    check_origin(platform, incoming)?;
    let method = presented.authenticate_for_person(client, platform, incoming)?;
    let code = code.ok_or_else(|| Refusal::invalid_grant(70000, "The code is unknown."))?;
    code.check(&client.id, authority, form, incoming.exchange.now)?;
    let mut delegation = code.delegation;
    if let Some(scope) = form.value("scope") {
        delegation.scopes = RequestedScopes::parse(scope)?.joined_by(&delegation.scopes);
    }
    let answer = delegation.issue(client, method, form, incoming)?;
    if let Some(code) = incoming.remembered.codes.get_mut(name) {
        code.is_redeemed = true;
    }
    Ok(answer)
}

impl AuthorizationCode {
    fn check(
        &self,
        client_id: &str,
        authority: Authority<'_>,
        form: &Form,
        now: UnixTime,
    ) -> Result<(), Refusal> {
        let invalid = |code, text: &str| Err(Refusal::invalid_grant(code, text));
        if self.delegation.client_id != client_id {
            return invalid(70000, "The code is another client's.");
        }
        if self.is_redeemed {
            return invalid(54005, "The code was redeemed before.");
        }
        if self.issued_at.moved_by(LIFETIME) <= now {
            return invalid(70008, "The code has expired.");
        }
        if self.authority != authority.path_segment() {
            return invalid(700_005, "The code is for another tenant's endpoint.");
        }
        if self.redirect_uri.as_deref() != form.value("redirect_uri") {
            return invalid(70000, "The redirect URI is not the one of the sign-in.");
        }
        match &self.challenge {
            Some(challenge) => challenge.check(form.value("code_verifier")),
            None => Ok(()),
        }
    }
}

/// A single-page application's code comes back across origins, and no other.
fn check_origin(platform: Option<Platform>, incoming: &Incoming<'_>) -> Result<(), Refusal> {
    if platform != Some(Platform::Spa) {
        return refuse_browsers(incoming.request.headers());
    }
    if incoming.request.headers().contains_key(ORIGIN) {
        return Ok(());
    }
    let text = "A single-page application's code can only be redeemed across origins.";
    Err(Refusal::new("invalid_request", 9_002_327, text))
}

/// In seconds.
const LIFETIME: i64 = 600;
