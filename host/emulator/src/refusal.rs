//! Entra ID's way of saying no: an OAuth error (RFC 6749 section 5.2) with an AADSTS number.
//!
//! Numbers and meanings:
//! <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>. The texts are this
//! emulator's own; programs must not depend on Entra ID's either.

use std::borrow::Cow;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::exchange::Exchange;

/// One refusal: which error, which number, and a text for people.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Refusal {
    error: Cow<'static, str>,
    pub(crate) code: u32,
    text: String,
}

impl Refusal {
    pub(crate) fn new(
        error: impl Into<Cow<'static, str>>,
        code: u32,
        text: impl Into<String>,
    ) -> Self {
        Self {
            error: error.into(),
            code,
            text: text.into(),
        }
    }

    pub(crate) fn several_resources(scope: &str) -> Self {
        Self::new(
            "invalid_request",
            28000,
            format!("The scope '{scope}' names more than one resource."),
        )
    }

    pub(crate) fn unknown_instance(authority: &str) -> Self {
        Self::new(
            "invalid_instance",
            50049,
            format!("'{authority}' is not a known authority host."),
        )
    }

    pub(crate) fn issuing_failed() -> Self {
        Self::new("server_error", 50000, "The token could not be issued.")
    }

    pub(crate) fn tenant_not_determined() -> Self {
        let text = "Neither the request nor its credentials say which tenant is meant.";
        Self::new("invalid_request", 50059, text)
    }

    pub(crate) fn unknown_grant_type(grant_type: &str) -> Self {
        let text = format!("The grant type '{grant_type}' is not supported.");
        Self::new("unsupported_grant_type", 70003, text)
    }

    pub(crate) fn unknown_tenant(segment: &str) -> Self {
        Self::new(
            "invalid_tenant",
            90002,
            format!("There is no tenant '{segment}' in this cloud."),
        )
    }

    pub(crate) fn throttled() -> Self {
        Self::new(
            "temporarily_unavailable",
            90055,
            "There are too many requests for this tenant.",
        )
    }

    pub(crate) fn client_id_is_no_guid(client_id: &str) -> Self {
        Self::new(
            "unauthorized_client",
            90112,
            format!("The application identifier '{client_id}' is not a GUID."),
        )
    }

    pub(crate) fn duplicate(parameter: &str) -> Self {
        Self::new(
            "invalid_request",
            90011,
            format!("The parameter '{parameter}' appears more than once."),
        )
    }

    pub(crate) fn directory_unavailable() -> Self {
        Self::new(
            "temporarily_unavailable",
            90033,
            "The service is temporarily unavailable.",
        )
    }

    pub(crate) fn unknown_resource(resource: &str, tenant: &str) -> Self {
        let text = format!(
            "The resource principal named {resource} was not found in the tenant {tenant}."
        );
        Self::new("invalid_resource", 500_011, text)
    }

    pub(crate) fn unknown_client(client_id: &str, tenant: &str) -> Self {
        let text = format!("The application '{client_id}' was not found in the tenant '{tenant}'.");
        Self::new("unauthorized_client", 700_016, text)
    }

    pub(crate) fn credential_of_a_public_client() -> Self {
        let text = "The client is public, so it may present neither a secret nor an assertion.";
        Self::new("invalid_client", 700_025, text)
    }

    pub(crate) fn unknown_certificate() -> Self {
        let text =
            "The key that signed the client assertion is not registered for the application.";
        Self::new("invalid_client", 700_027, text)
    }

    pub(crate) fn malformed_tenant(segment: &str) -> Self {
        let text = format!("The tenant '{segment}' is neither a GUID nor a domain name.");
        Self::new("invalid_request", 900_023, text)
    }

    pub(crate) fn missing(parameter: &str) -> Self {
        let text = format!("The request must contain the parameter '{parameter}'.");
        Self::new("invalid_request", 900_144, text)
    }

    pub(crate) fn wrong_method(method: &Method) -> Self {
        Self::new(
            "invalid_request",
            900_561,
            format!("The endpoint takes POST requests, not {method}."),
        )
    }

    pub(crate) fn resource_parameter() -> Self {
        let text =
            "This endpoint does not take the parameter 'resource'; name the resource in 'scope'.";
        Self::new("invalid_request", 901_002, text)
    }

    pub(crate) fn scope_is_not_default(scope: &str) -> Self {
        let text = format!(
            "The scope '{scope}' is not valid: this grant needs a resource followed by /.default."
        );
        Self::new("invalid_scope", 1_002_012, text)
    }

    pub(crate) fn wrong_secret(client_id: &str) -> Self {
        let text = format!(
            "The secret is not valid for the application '{client_id}'; send its value, not its id."
        );
        Self::new("invalid_client", 7_000_215, text)
    }

    pub(crate) fn credential_missing() -> Self {
        let text = "The grant 'client_credentials' needs 'client_secret' or 'client_assertion'.";
        Self::new("invalid_client", 7_000_216, text)
    }

    pub(crate) fn ended_secret(client_id: &str) -> Self {
        Self::new(
            "invalid_client",
            7_000_222,
            format!("The client secrets of the application '{client_id}' have expired."),
        )
    }

    pub(crate) fn malformed_request() -> Self {
        Self::new("invalid_request", 9_002_313, "The request is malformed.")
    }

    pub(crate) fn cross_origin(origin: &str) -> Self {
        let text = format!(
            "Only single-page applications may ask across origins; this came from '{origin}'."
        );
        Self::new("invalid_request", 9_002_326, text)
    }

    /// RFC 6749 section 5.2: 400, except that a failed client authentication is 401.
    pub(crate) fn status(&self) -> StatusCode {
        match self.error.as_ref() {
            "invalid_client" => StatusCode::UNAUTHORIZED,
            "server_error" => StatusCode::INTERNAL_SERVER_ERROR,
            "temporarily_unavailable" => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    /// The error body, with the identifiers that Entra ID repeats in its text.
    pub(crate) fn to_json(&self, exchange: &Exchange<'_>) -> Value {
        let Self { error, code, text } = self;
        let Exchange {
            origin,
            now,
            trace_id,
            correlation_id,
            ..
        } = exchange;
        let ids = format!("Trace ID: {trace_id} Correlation ID: {correlation_id}");
        let description = format!("AADSTS{code}: {text} {ids} Timestamp: {now}");
        json!({
            "error": error,
            "error_description": description,
            "error_codes": [code],
            "timestamp": now.to_string(),
            "trace_id": trace_id.to_string(),
            "correlation_id": correlation_id.to_string(),
            "error_uri": format!("{origin}/error?code={code}"),
        })
    }
}
