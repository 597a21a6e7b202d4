//! Answers, and what every one of them carries.

use http::{
    HeaderName, HeaderValue, Response, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE, DATE, EXPIRES, PRAGMA, SET_COOKIE},
};
use serde_json::{Value, json};

use crate::exchange::Exchange;
use crate::refusal::Refusal;

impl Exchange<'_> {
    /// A public document, or why there is none. Entra ID lets both be cached for a day.
    pub(crate) fn published(&self, document: Result<Value, Refusal>) -> Response<Vec<u8>> {
        let mut response = self.json(document);
        let headers = response.headers_mut();
        headers.insert(
            CACHE_CONTROL,
            HeaderValue::from_static("max-age=86400, private"),
        );
        headers.insert("access-control-allow-origin", HeaderValue::from_static("*"));
        headers.insert(
            "access-control-allow-methods",
            HeaderValue::from_static("GET, OPTIONS"),
        );
        response
    }

    /// An answer of the token endpoint (RFC 6749 section 5.1: never cached), with cookies that no
    /// client should keep.
    pub(crate) fn issued(&self, grant: Result<Value, Refusal>) -> Response<Vec<u8>> {
        let code = grant.as_ref().err().map_or(0, |refusal| refusal.code);
        let mut response = self.json(grant);
        let headers = response.headers_mut();
        headers.insert(
            CACHE_CONTROL,
            HeaderValue::from_static("no-store, no-cache"),
        );
        headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
        headers.insert(EXPIRES, HeaderValue::from_static("-1"));
        insert(
            &mut response,
            HeaderName::from_static("x-ms-clitelem"),
            &format!("1,{code},0,,"),
        );
        for cookie in COOKIES {
            response
                .headers_mut()
                .append(SET_COOKIE, HeaderValue::from_static(cookie));
        }
        response
    }

    /// An answer without a body.
    pub(crate) fn empty(&self, status: StatusCode) -> Response<Vec<u8>> {
        let mut response = Response::new(Vec::new());
        *response.status_mut() = status;
        self.stamp(&mut response);
        response
    }

    /// A refusal outside the token endpoint.
    pub(crate) fn refused(&self, refusal: Refusal) -> Response<Vec<u8>> {
        self.json(Err(refusal))
    }

    fn json(&self, outcome: Result<Value, Refusal>) -> Response<Vec<u8>> {
        match outcome {
            Ok(body) => self.json_body(StatusCode::OK, &body),
            Err(refusal) => self.json_body(refusal.status(), &self.error_body(&refusal)),
        }
    }

    /// An answer of JSON, whatever its status.
    pub(crate) fn json_body(&self, status: StatusCode, body: &Value) -> Response<Vec<u8>> {
        let mut response = self.empty(status);
        let json = HeaderValue::from_static("application/json; charset=utf-8");
        response.headers_mut().insert(CONTENT_TYPE, json);
        *response.body_mut() = body.to_string().into_bytes();
        response
    }

    /// What the parameter `error_description` says, with the identifiers that Entra ID repeats.
    pub(crate) fn description(&self, refusal: &Refusal) -> String {
        let parts = [
            format!("AADSTS{}: {}", refusal.code, refusal.text),
            format!("Trace ID: {}", self.trace_id),
            format!("Correlation ID: {}", self.correlation_id),
            format!("Timestamp: {}", self.now),
        ];
        parts.join(self.separator)
    }

    /// The error body (RFC 6749 section 5.2).
    fn error_body(&self, refusal: &Refusal) -> Value {
        let mut body = json!({
            "error": refusal.error(),
            "error_description": self.description(refusal),
            "error_codes": [refusal.code],
            "timestamp": self.now.to_string(),
            "trace_id": self.trace_id.to_string(),
            "correlation_id": self.correlation_id.to_string(),
            "error_uri": format!("{}/error?code={}", self.origin, refusal.code),
        });
        for (name, value) in [
            ("suberror", refusal.suberror.as_deref()),
            ("claims", refusal.claims.as_deref()),
        ] {
            if let (Some(value), Some(members)) = (value, body.as_object_mut()) {
                members.insert(name.to_owned(), json!(value));
            }
        }
        body
    }

    /// The headers of every answer.
    fn stamp(&self, response: &mut Response<Vec<u8>>) {
        for (name, value) in EVERY_ANSWER {
            response
                .headers_mut()
                .insert(name, HeaderValue::from_static(value));
        }
        insert(
            response,
            HeaderName::from_static("x-ms-request-id"),
            &self.trace_id.to_string(),
        );
        insert(response, DATE, &self.now.http_date());
        if let Some(id) = self.client_request_id {
            insert(
                response,
                HeaderName::from_static("client-request-id"),
                &id.to_string(),
            );
        }
    }
}

/// Sets a header from text that is visible ASCII by construction; other text sets nothing.
fn insert(response: &mut Response<Vec<u8>>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// As recorded from Entra ID, except for the server's name.
const EVERY_ANSWER: [(&str, &str); 6] = [
    ("p3p", "CP=\"DSP CUR OTPi IND OTRi ONL FIN\""),
    (
        "strict-transport-security",
        "max-age=31536000; includeSubDomains",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-ms-ests-server", "entra-emulator"),
    ("x-ms-srs", "1.P"),
    ("x-xss-protection", "0"),
];

/// Entra ID sets cookies on token answers; a command-line client must not send them back.
const COOKIES: [&str; 2] = [
    "fpc=emulator; path=/; secure; HttpOnly; SameSite=None",
    "x-ms-gateway-slice=emulator; path=/; secure; HttpOnly",
];
