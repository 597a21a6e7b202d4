//! The grant of APIs that call other APIs for their caller (RFC 7523 section 2.1).
//!
//! <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow>

use serde_json::Value;

use crate::client::authentication::{Presented, refuse_browsers};
use crate::exchange::incoming::Incoming;
use crate::refusal::Refusal;
use crate::remembered::delegation::Delegation;
use crate::request::{form::Form, scopes::RequestedScopes};
use crate::tenant::{
    authority::Authority,
    registration::{Client, Platform},
};
use crate::token::{jws::Jws, signing_key::TENANT_KEY};

/// Answers the grant.
pub(crate) fn grant(
    authority: Authority<'_>,
    form: &Form,
    incoming: &mut Incoming<'_>,
) -> Result<Value, Refusal> {
    let presented = Presented::from_request(incoming.request.headers(), form)?;
    let client = presented.client(incoming.tenant)?;
    authority.admit(client)?;
    refuse_browsers(incoming.request.headers())?;
    let method = presented.authenticate_for_person(client, Some(Platform::Web), incoming)?;
    if form.required("requested_token_use")? != "on_behalf_of" {
        return Err(Refusal::malformed_request());
    }
    let assertion = form.required("assertion")?;
    let assertion = Jws::parse(assertion)
        .ok_or_else(|| Refusal::invalid_grant(50013, "The assertion is not a token."))?;
    check(&assertion, client, incoming)?;
    let delegation = Delegation {
        client_id: client.id.clone(),
        user_id: assertion.claim("oid").unwrap_or_default().to_owned(),
        platform: None,
        session_id: assertion.claim("sid").unwrap_or_default().to_owned(),
        signed_in_at: incoming.exchange.now,
        scopes: RequestedScopes::parse(form.required("scope")?)?,
        nonce: None,
        is_on_behalf: true,
    };
    delegation.issue(client, method, form, incoming)
}

/// The assertion must be an access token of this tenant that a person's client got for this API.
fn check(assertion: &Jws, client: &Client, incoming: &Incoming<'_>) -> Result<(), Refusal> {
    if !assertion.is_signed_by(&TENANT_KEY.public_key()?) {
        let text = "The assertion was not signed by this tenant.";
        return Err(Refusal::invalid_grant(50013, text));
    }
    if !is_for(assertion, client, incoming) {
        let text = format!(
            "The audience of the assertion is not the application '{}'.",
            client.id
        );
        return Err(Refusal::invalid_grant(500_131, text));
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "seconds since 1970 stay far below 2^52"
    )]
    let now = incoming.exchange.now.0 as f64;
    if assertion
        .time("exp")
        .is_none_or(|ends| ends + CLOCK_SKEW < now)
    {
        let text = "The assertion is outside its validity.";
        return Err(Refusal::invalid_grant(500_133, text));
    }
    if assertion.claim("scp").is_some() {
        return Ok(());
    }
    if assertion
        .claim("appid")
        .or(assertion.claim("azp"))
        .is_none()
    {
        let text = "An ID token cannot be the assertion; send the access token.";
        return Err(Refusal::invalid_grant(240_002, text));
    }
    let text = "The assertion is an application's own token; only a person's can be exchanged.";
    Err(Refusal::new("unauthorized_client", 7_000_114, text))
}

fn is_for(assertion: &Jws, client: &Client, incoming: &Incoming<'_>) -> bool {
    let audience = assertion.claim("aud").unwrap_or_default();
    let api = incoming.tenant.api(audience);
    audience == client.id || api.is_some_and(|api| api.client_id == client.id)
}

/// How far clocks may differ, in seconds.
const CLOCK_SKEW: f64 = 300.0;
