//! `GET /app-service/token`: the identity endpoint of App Service, Functions and Container Apps.
//!
//! <https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference>

use http::{Response, StatusCode};
use serde_json::{Value, json};

use crate::exchange::incoming::Incoming;
use crate::platform::managed_identity;
use crate::refusal::Refusal;
use crate::request::form::Form;

/// The answer to an application that shows its `IDENTITY_HEADER`.
pub(crate) fn answer(incoming: &Incoming<'_>) -> Response<Vec<u8>> {
    if incoming.header("x-identity-header") != Some(IDENTITY_HEADER) {
        return refused(
            incoming,
            StatusCode::UNAUTHORIZED,
            "The identity header is not valid.",
        );
    }
    match incoming.query().and_then(|query| token(&query, incoming)) {
        Ok(Some(token)) => incoming.exchange.json_body(StatusCode::OK, &token),
        Ok(None) => {
            let text = "No managed identity was found for the specified selector.";
            refused(incoming, StatusCode::BAD_REQUEST, text)
        }
        Err(refusal) => refused(incoming, StatusCode::BAD_REQUEST, &refusal.text),
    }
}

fn token(query: &Form, incoming: &Incoming<'_>) -> Result<Option<Value>, Refusal> {
    if query.required("api-version")? != "2019-08-01" {
        return Err(Refusal::malformed_request());
    }
    let resource = query.required("resource")?;
    let Some(identity) = managed_identity::selected(query, incoming) else {
        return Ok(None);
    };
    let mut token = managed_identity::issue(identity, resource, incoming)?;
    if let Some(members) = token.as_object_mut() {
        members.retain(|name, _| !UNKNOWN_HERE.contains(&name.as_str()));
    }
    Ok(Some(token))
}

fn refused(incoming: &Incoming<'_>, status: StatusCode, message: &str) -> Response<Vec<u8>> {
    let body = json!({
        "statusCode": status.as_u16(),
        "message": message,
        "correlationId": incoming.exchange.correlation_id.to_string(),
    });
    incoming.exchange.json_body(status, &body)
}

/// Members that only virtual machines' answers have.
const UNKNOWN_HERE: [&str; 3] = ["expires_in", "ext_expires_in", "not_before"];

/// The application's `IDENTITY_HEADER`.
const IDENTITY_HEADER: &str = "app-service-identity-header";
