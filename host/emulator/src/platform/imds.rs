//! `GET /metadata/identity/oauth2/token`: the instance metadata service of virtual machines, and the
//! agent that plays it on servers outside Azure.
//!
//! <https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication>

use http::{
    HeaderValue, Method, Response, StatusCode,
    header::{SERVER, WWW_AUTHENTICATE},
};
use serde_json::{Value, json};

use crate::{
    exchange::incoming::Call, platform::managed_identity, refusal::Refusal, request::form::Form,
    tenant::registration::ManagedIdentity,
};

/// A virtual machine's answer.
pub(crate) fn answer(call: &Call<'_>) -> Response<Vec<u8>> {
    let mut response = respond(call, managed_identity::issue);
    let name = HeaderValue::from_static("IMDS/150.870.65.0");
    response.headers_mut().insert(SERVER, name);
    response
}

/// The agent's answer: only to who can read the file that it names.
pub(crate) fn answer_of_arc(call: &Call<'_>) -> Response<Vec<u8>> {
    let options = &call.memory.options;
    let key = call
        .header("authorization")
        .and_then(|value| value.strip_prefix("Basic "));
    let is_metadata = has_metadata_header(call);
    if !is_metadata || key.is_some_and(|key| key.trim() == options.arc_key) {
        return respond(call, confirmed);
    }
    let mut response = refused(
        call,
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

/// How a platform writes the token answer for an identity and a resource.
type Issue = fn(&ManagedIdentity, &str, &Call<'_>) -> Result<Value, Refusal>;

/// The agent tells which identity it used: older ones do not look at the selector, so clients want to see it confirmed.
fn confirmed(
    identity: &ManagedIdentity,
    resource: &str,
    call: &Call<'_>,
) -> Result<Value, Refusal> {
    let mut token = managed_identity::issue(identity, resource, call)?;
    if let Some(members) = token.as_object_mut() {
        members.insert("object_id".to_owned(), json!(identity.object_id));
        members.insert("msi_res_id".to_owned(), json!(identity.resource_id));
    }
    Ok(token)
}

fn respond(call: &Call<'_>, issue: Issue) -> Response<Vec<u8>> {
    let bad = |error, text| refused(call, StatusCode::BAD_REQUEST, error, text);
    if call.request.method() != Method::GET {
        return refused(
            call,
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "Use GET.",
        );
    }
    if !has_metadata_header(call) {
        return bad("bad_request_102", "Required metadata header not specified");
    }
    // A proxy on the way would hand this machine's tokens to others.
    if call.header("x-forwarded-for").is_some() {
        return bad(
            "invalid_request",
            "Requests through a proxy are not answered",
        );
    }
    match call.query().and_then(|query| token(&query, call, issue)) {
        Ok(Some(token)) => call.exchange.json_body(StatusCode::OK, &token),
        Ok(None) => bad("invalid_request", "Identity not found"),
        Err(refusal) => bad(refusal.error(), &refusal.text),
    }
}

fn token(query: &Form, call: &Call<'_>, issue: Issue) -> Result<Option<Value>, Refusal> {
    query.required("api-version")?;
    let resource = query.required("resource")?;
    managed_identity::selected(query, call)
        .map(|identity| issue(identity, resource, call))
        .transpose()
}

fn has_metadata_header(call: &Call<'_>) -> bool {
    call.header("metadata")
        .is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

fn refused(call: &Call<'_>, status: StatusCode, error: &str, text: &str) -> Response<Vec<u8>> {
    let body = json!({ "error": error, "error_description": text });
    call.exchange.json_body(status, &body)
}
