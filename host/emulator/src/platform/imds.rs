//! `GET /metadata/identity/oauth2/token`: the instance metadata service of virtual machines.
//!
//! <https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token>

use http::{HeaderValue, Method, Response, StatusCode, header::SERVER};
use serde_json::{Value, json};

use crate::exchange::incoming::Incoming;
use crate::platform::managed_identity;
use crate::refusal::Refusal;
use crate::request::form::Form;
use crate::tenant::registration::ManagedIdentity;

/// A virtual machine's answer.
pub(crate) fn answer(incoming: &Incoming<'_>) -> Response<Vec<u8>> {
    let mut response = respond(incoming, managed_identity::issue);
    let name = HeaderValue::from_static("IMDS/150.870.65.0");
    response.headers_mut().insert(SERVER, name);
    response
}

/// How a platform writes the token answer for an identity and a resource.
pub(crate) type Issue = fn(&ManagedIdentity, &str, &Incoming<'_>) -> Result<Value, Refusal>;

/// The answer to a program on the machine, as this platform writes it.
pub(crate) fn respond(incoming: &Incoming<'_>, issue: Issue) -> Response<Vec<u8>> {
    let bad = |error, text| refused(incoming, StatusCode::BAD_REQUEST, error, text);
    if incoming.request.method() != Method::GET {
        return refused(
            incoming,
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "Use GET.",
        );
    }
    if !has_metadata_header(incoming) {
        return bad("bad_request_102", "Required metadata header not specified");
    }
    // A proxy on the way would hand this machine's tokens to others.
    if incoming.header("x-forwarded-for").is_some() {
        return bad(
            "invalid_request",
            "Requests through a proxy are not answered",
        );
    }
    match incoming
        .query()
        .and_then(|query| token(&query, incoming, issue))
    {
        Ok(Some(token)) => incoming.exchange.json_body(StatusCode::OK, &token),
        Ok(None) => bad("invalid_request", "Identity not found"),
        Err(refusal) => bad(refusal.error(), &refusal.text),
    }
}

fn token(query: &Form, incoming: &Incoming<'_>, issue: Issue) -> Result<Option<Value>, Refusal> {
    query.required("api-version")?;
    let resource = query.required("resource")?;
    managed_identity::selected(query, incoming)
        .map(|identity| issue(identity, resource, incoming))
        .transpose()
}

/// Whether the header is there that a redirected or forged request would not have.
pub(crate) fn has_metadata_header(incoming: &Incoming<'_>) -> bool {
    incoming
        .header("metadata")
        .is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

/// A refusal as the service writes it.
pub(crate) fn refused(
    incoming: &Incoming<'_>,
    status: StatusCode,
    error: &str,
    text: &str,
) -> Response<Vec<u8>> {
    let body = json!({ "error": error, "error_description": text });
    incoming.exchange.json_body(status, &body)
}
