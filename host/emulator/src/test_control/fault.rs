//! Answers as they go wrong in the field: throttling, outages, proxies' pages, damaged bodies.

use std::time::Duration;

use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{
    endpoint::route::Endpoint, exchange::Exchange, refusal::Refusal,
    test_control::disruption::Disruption,
};

/// What to do to the answer to one request. The request is carried out first, so without any member
/// the answer is the genuine one.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Fault {
    /// Which endpoint's next request.
    endpoint: Endpoint,
    /// Another status; from 400 on also an error body, unless `error` or `body` say otherwise.
    #[serde(deserialize_with = "status_code")]
    status: Option<StatusCode>,
    /// The header `Retry-After`, in any form.
    retry_after: Option<String>,
    /// An error body with this `error`, whatever the status.
    error: Option<String>,
    /// The AADSTS number of the error body.
    code: Option<u32>,
    /// Members of the JSON body to add or replace, such as `{"expires_in": "3599"}`.
    set: Map<String, Value>,
    /// Members of the JSON body to leave out.
    omit: Vec<String>,
    /// Something else than the JSON body.
    body: Option<Body>,
    /// A redirect to this address without a body, 307 unless `status` says otherwise.
    redirect: Option<String>,
    /// Milliseconds before the answer.
    delay_ms: u64,
    /// Close the connection in the middle of the body.
    close: bool,
}

/// A body that no client wants.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Body {
    /// Nothing at all.
    Empty,
    /// A page, as proxies write them, declared to be one.
    Html,
    /// Valid JSON of [`HUGE`] bytes.
    Huge,
    /// The first half of the JSON, of correct length as HTTP counts.
    Truncated,
}

impl Fault {
    pub(crate) fn is_for(&self, endpoint: Endpoint) -> bool {
        self.endpoint == endpoint
    }

    /// Turns the genuine answer into the faulty one.
    pub(crate) fn apply(
        &self,
        genuine: Response<Vec<u8>>,
        exchange: &Exchange<'_>,
    ) -> Response<Vec<u8>> {
        let mut response = match self.refusal() {
            Some(refusal) => exchange.issued(Err(refusal)),
            None => genuine,
        };
        self.change_members(response.body_mut());
        if let Some(body) = self.body {
            body.replace(&mut response);
        }
        if let Some(location) = &self.redirect {
            *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
            set_header(&mut response, header::LOCATION, location);
            response.body_mut().clear();
        }
        if let Some(seconds) = &self.retry_after {
            set_header(&mut response, header::RETRY_AFTER, seconds);
        }
        if let Some(status) = self.status {
            *response.status_mut() = status;
        }
        let delay = Duration::from_millis(self.delay_ms);
        response.extensions_mut().insert(Disruption {
            delay,
            cut_off: self.close,
        });
        response
    }

    fn refusal(&self) -> Option<Refusal> {
        let by_status = match self.status {
            Some(StatusCode::TOO_MANY_REQUESTS) => Some(Refusal::throttled()),
            Some(status) if status.is_server_error() => Some(Refusal::directory_unavailable()),
            Some(status) if status.is_client_error() => Some(Refusal::malformed_request()),
            _ => None,
        };
        match (&self.error, self.code) {
            (None, _) => by_status,
            (Some(error), code) => Some(Refusal::new(
                error.clone(),
                code.unwrap_or(90033),
                "This refusal was ordered by a test.",
            )),
        }
    }

    fn change_members(&self, body: &mut Vec<u8>) {
        if self.set.is_empty() && self.omit.is_empty() {
            return;
        }
        if let Ok(Value::Object(mut members)) = serde_json::from_slice(body) {
            members.extend(self.set.clone());
            members.retain(|name, _| !self.omit.contains(name));
            *body = Value::Object(members).to_string().into_bytes();
        }
    }
}

impl Body {
    fn replace(self, response: &mut Response<Vec<u8>>) {
        let body = response.body_mut();
        match self {
            Self::Empty => body.clear(),
            Self::Html => {
                *body = b"<!DOCTYPE html><title>Bad gateway</title><p>Bad gateway</p>".to_vec();
                set_header(response, header::CONTENT_TYPE, "text/html; charset=utf-8");
            }
            Self::Huge => {
                // White space after the value is still JSON (RFC 8259 section 2).
                body.resize(HUGE, b' ');
            }
            Self::Truncated => body.truncate(body.len() / 2),
        }
    }
}

/// Sets a header if its text can be one.
fn set_header(response: &mut Response<Vec<u8>>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

fn status_code<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<StatusCode>, D::Error> {
    let code = u16::deserialize(deserializer)?;
    StatusCode::from_u16(code)
        .map(Some)
        .map_err(serde::de::Error::custom)
}

/// Ten megabytes: a thousand times any real token answer.
const HUGE: usize = 10_000_000;
