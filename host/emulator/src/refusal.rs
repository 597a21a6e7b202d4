//! Entra ID's way of saying no: an OAuth error (RFC 6749 section 5.2) with an AADSTS number.
//!
//! Numbers and meanings:
//! <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>. The texts are this
//! emulator's own; programs must not depend on Entra ID's either.

use std::borrow::Cow;

use http::{Method, StatusCode};

/// One refusal: which error, which number, and a text for people.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Refusal {
    error: Cow<'static, str>,
    pub(crate) code: u32,
    pub(crate) text: String,
    /// What a client can do about it, in one word.
    pub(crate) suberror: Option<Cow<'static, str>>,
    /// Claims to send back in a new sign-in, as JSON.
    pub(crate) claims: Option<String>,
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
            suberror: None,
            claims: None,
        }
    }

    /// The same with a `suberror`.
    pub(crate) fn with_suberror(mut self, suberror: impl Into<Cow<'static, str>>) -> Self {
        self.suberror = Some(suberror.into());
        self
    }

    /// The same with a claims challenge.
    pub(crate) fn with_claims(mut self, claims: String) -> Self {
        self.claims = Some(claims);
        self
    }

    /// The OAuth error.
    pub(crate) fn error(&self) -> &str {
        &self.error
    }

    pub(crate) fn invalid_grant(code: u32, text: impl Into<String>) -> Self {
        Self::new("invalid_grant", code, text)
    }

    pub(crate) fn unknown_user(user: &str) -> Self {
        let text = format!("The user '{user}' does not exist in the directory.");
        Self::invalid_grant(50034, text).with_suberror("bad_token")
    }

    pub(crate) fn not_multi_tenant(client_id: &str) -> Self {
        let text = format!(
            "The application '{client_id}' is not multi-tenant; use the tenant's own endpoint."
        );
        Self::new("invalid_request", 50194, text)
    }

    pub(crate) fn not_for_consumers(client_id: &str) -> Self {
        let text = format!("The application '{client_id}' takes no personal accounts.");
        Self::new("invalid_request", 9_002_332, text)
    }

    pub(crate) fn consent_missing(client_id: &str) -> Self {
        let text = format!(
            "The user or an administrator has not consented to the application '{client_id}'."
        );
        Self::invalid_grant(65001, text).with_suberror("consent_required")
    }

    pub(crate) fn bad_challenge(what: &str) -> Self {
        let text = format!("{what} is not what RFC 7636 allows.");
        Self::new("invalid_request", 501_491, text)
    }

    pub(crate) fn scope_is_not_valid(scope: &str, why: &str) -> Self {
        let text = format!("The scope '{scope}' is not valid: {why}.");
        Self::new("invalid_scope", 70011, text)
    }

    pub(crate) fn unpublished_scope(scope: &str, api: &str) -> Self {
        let text = format!("The scope '{scope}' does not exist at the resource '{api}'.");
        Self::new("invalid_scope", 650_053, text)
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

    pub(crate) fn credential_required() -> Self {
        let text = "The client must prove itself with 'client_secret' or 'client_assertion'.";
        Self::new("invalid_client", 7_000_218, text)
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
}
