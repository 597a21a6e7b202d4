//! `GET /arc/metadata/identity/oauth2/token`: the agent that plays the instance metadata service on
//! servers outside Azure.
//!
//! <https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication>

use http::{HeaderValue, Response, StatusCode, header::WWW_AUTHENTICATE};
use serde_json::{Value, json};

use crate::exchange::incoming::Incoming;
use crate::platform::{
    imds::{has_metadata_header, refused, respond},
    managed_identity,
};
use crate::refusal::Refusal;
use crate::tenant::registration::ManagedIdentity;

/// The agent's answer: only to who can read the file that it names.
pub(crate) fn answer(incoming: &Incoming<'_>) -> Response<Vec<u8>> {
    let options = &incoming.remembered.options;
    let key = incoming
        .header("authorization")
        .and_then(|value| value.strip_prefix("Basic "));
    let is_metadata = has_metadata_header(incoming);
    if !is_metadata || key.is_some_and(|key| key.trim() == options.arc_key) {
        return respond(incoming, confirmed);
    }
    let mut response = refused(
        incoming,
        StatusCode::UNAUTHORIZED,
        "unauthorized",
        "The key is missing.",
    );
    let challenge = format!("Basic realm={}", options.arc_key_file);
    if let Ok(challenge) = HeaderValue::from_str(&challenge) {
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    response
}

/// The agent tells which identity it used: older ones do not look at the selector, so clients want to
/// see it confirmed.
fn confirmed(
    identity: &ManagedIdentity,
    resource: &str,
    incoming: &Incoming<'_>,
) -> Result<Value, Refusal> {
    let mut token = managed_identity::issue(identity, resource, incoming)?;
    if let Some(members) = token.as_object_mut() {
        members.insert("object_id".to_owned(), json!(identity.object_id));
        members.insert("msi_res_id".to_owned(), json!(identity.resource_id));
    }
    Ok(token)
}
