//! `POST /cloud-shell/oauth2/token`: the identity endpoint of Azure Cloud Shell. Its tokens are the
//! signed-in person's.

use http::{Response, StatusCode};
use serde_json::{Value, json};

use crate::exchange::incoming::Incoming;
use crate::refusal::Refusal;
use crate::token::{
    access::{AccessToken, Holder, LIFETIME},
    authentication_method::AuthenticationMethod,
};
use crate::value::guid::Guid;

/// The answer to a program in the shell.
pub(crate) fn answer(incoming: &Incoming<'_>) -> Response<Vec<u8>> {
    let is_metadata = incoming
        .header("metadata")
        .is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let outcome = if is_metadata {
        token(incoming)
    } else {
        Err(Refusal::malformed_request())
    };
    match outcome {
        Ok(token) => incoming.exchange.json_body(StatusCode::OK, &token),
        Err(refusal) => {
            let error = json!({ "code": refusal.error(), "message": refusal.text });
            let body = json!({ "error": error });
            incoming.exchange.json_body(StatusCode::BAD_REQUEST, &body)
        }
    }
}

fn token(incoming: &Incoming<'_>) -> Result<Value, Refusal> {
    let form = incoming.posted_form()?;
    let (tenant, resource) = (incoming.tenant, form.required("resource")?);
    let api = tenant
        .api(resource)
        .ok_or_else(|| Refusal::unknown_resource(resource, &tenant.id))?;
    let user = tenant
        .users
        .first()
        .ok_or_else(|| Refusal::unknown_user(""))?;
    let token = AccessToken {
        tenant,
        client_id: CLOUD_SHELL,
        method: AuthenticationMethod::None,
        api,
        resource,
        holder: Holder::Person {
            user,
            scopes: &api.scopes.join(" "),
            session_id: &Guid::random().to_string(),
            is_strong: false,
        },
        capabilities: Vec::new(),
        lifetime: LIFETIME,
    };
    let now = incoming.exchange.now;
    Ok(json!({
        "access_token": token.issue(&incoming.exchange)?,
        "expires_in": LIFETIME.to_string(),
        "expires_on": now.moved_by(LIFETIME).0.to_string(),
        "not_before": now.moved_by(-300).0.to_string(),
        "resource": resource,
        "token_type": "Bearer",
    }))
}

/// The shell's client id here.
const CLOUD_SHELL: &str = "44444444-3333-2222-1111-000000000003";
