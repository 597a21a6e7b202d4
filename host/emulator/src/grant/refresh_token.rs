//! The grant of refresh tokens (RFC 6749 section 6).
//!
//! <https://learn.microsoft.com/entra/identity-platform/refresh-tokens>

use serde_json::Value;

use crate::client::authentication::Presented;
use crate::exchange::incoming::Incoming;
use crate::refusal::Refusal;
use crate::remembered::{reference, refresh_token::RefreshToken};
use crate::request::{form::Form, scopes::RequestedScopes};
use crate::tenant::{authority::Authority, registration::Platform};
use crate::value::time::UnixTime;

/// Answers the grant: new tokens, for the same API or another. The old refresh token stays valid,
/// unless that is switched off.
pub(crate) fn grant(
    authority: Authority<'_>,
    form: &Form,
    incoming: &mut Incoming<'_>,
) -> Result<Value, Refusal> {
    let presented = Presented::from_request(incoming.request.headers(), form)?;
    let client = presented.client(incoming.tenant)?;
    authority.admit(client)?;
    let token = reference::well_formed(form.required("refresh_token")?)?;
    let known = incoming.remembered.refresh_tokens.get(token);
    let platform = known.and_then(|known| known.delegation.platform);
    let method = presented.authenticate_for_person(client, platform, incoming)?;
    let known = incoming
        .remembered
        .refresh_tokens
        .get(token)
        .ok_or_else(|| Refusal::invalid_grant(70000, "The refresh token is unknown."))?;
    known.check(&client.id, incoming.exchange.now)?;
    let mut delegation = known.delegation.clone();
    if let Some(scope) = form.value("scope") {
        delegation.scopes = RequestedScopes::parse(scope)?.joined_by(&delegation.scopes);
    }
    // Only the answer to the sign-in repeats the nonce.
    delegation.nonce = None;
    let issued = delegation.issue(client, method, form, incoming)?;
    if incoming.remembered.options.single_use_refresh_tokens
        && let Some(used) = incoming.remembered.refresh_tokens.get_mut(token)
    {
        used.is_revoked = true;
    }
    Ok(issued)
}

impl RefreshToken {
    fn check(&self, client_id: &str, now: UnixTime) -> Result<(), Refusal> {
        if self.delegation.client_id != client_id {
            return Err(Refusal::invalid_grant(
                70000,
                "The refresh token is another client's.",
            ));
        }
        if self.is_revoked {
            let text = "The grant was revoked; a new sign-in is needed.";
            return Err(Refusal::invalid_grant(50173, text));
        }
        // A single-page application's clock starts at the sign-in and is not wound again.
        let (start, life, code) = match self.delegation.platform {
            Some(Platform::Spa) => (self.delegation.signed_in_at, DAY, 700_084),
            _ => (self.issued_at, 90 * DAY, 700_082),
        };
        if start.moved_by(life) <= now {
            let text = format!(
                "The refresh token was issued on {} and has expired.",
                self.issued_at
            );
            return Err(Refusal::invalid_grant(code, text));
        }
        Ok(())
    }
}

const DAY: i64 = 86_400;
