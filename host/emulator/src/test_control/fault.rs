//! Answers as they go wrong in the field: throttling, outages, proxies' pages, damaged bodies.

use std::time::Duration;

use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::endpoint::route::Endpoint;
use crate::exchange::Exchange;
use crate::refusal::Refusal;
use crate::test_control::disruption::Disruption;
use crate::value::time::UnixTime;

/// What to do to the answer to one request. The request is carried out first, so without any member
/// the answer is the genuine one.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Fault {
    /// Which endpoint's next request.
    endpoint: Endpoint,
    /// How many requests; one unless `for_seconds` is given.
    times: Option<u32>,
    /// All requests of so many seconds from now on, as far as `times` allows.
    for_seconds: Option<i64>,
    /// When that is over.
    #[serde(skip)]
    ends: Option<UnixTime>,
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
    /// Close the connection instead of answering.
    hang_up: bool,
    /// Ways of writing the same answer that clients should understand.
    odd: Vec<Oddity>,
}

/// How gateways and older services write what is meant.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Oddity {
    /// A byte order mark before the JSON.
    ByteOrderMark,
    /// Another content type, with another character set.
    Charset,
    /// Members that nobody knows.
    ExtraMembers,
    /// Every number as text.
    NumbersAsText,
    /// `token_type` in other letters.
    OtherCase,
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
    /// From now on.
    pub(crate) fn starting_at(self, now: UnixTime) -> Self {
        Self {
            ends: self.for_seconds.map(|seconds| now.moved_by(seconds)),
            ..self
        }
    }

    pub(crate) fn is_for(&self, endpoint: Endpoint) -> bool {
        self.endpoint == Endpoint::Any || self.endpoint == endpoint
    }

    /// Whether it befalls no request any more.
    pub(crate) fn is_over(&self, now: UnixTime) -> bool {
        self.times == Some(0) || self.ends.is_some_and(|end| end <= now)
    }

    /// One request fewer.
    pub(crate) fn use_up(&mut self) {
        let times = self.times.or(self.ends.is_none().then_some(1));
        self.times = times.map(|times| times.saturating_sub(1));
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
        for oddity in &self.odd {
            oddity.apply(&mut response);
        }
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
            hang_up: self.hang_up,
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

impl Oddity {
    fn apply(self, response: &mut Response<Vec<u8>>) {
        match self {
            Self::ByteOrderMark => {
                response.body_mut().splice(..0, *b"\xef\xbb\xbf");
            }
            Self::Charset => {
                set_header(
                    response,
                    header::CONTENT_TYPE,
                    "text/plain; charset=iso-8859-1",
                );
            }
            Self::ExtraMembers => change(response, |members| {
                members.insert(
                    "@odata.context".to_owned(),
                    json!("https://example.test/$metadata"),
                );
                members.insert(
                    "x_gateway".to_owned(),
                    json!({ "hops": [1, { "id": null }] }),
                );
            }),
            Self::NumbersAsText => change(response, |members| {
                for value in members.values_mut().filter(|value| value.is_number()) {
                    *value = json!(value.to_string());
                }
            }),
            Self::OtherCase => change(response, |members| {
                if let Some(Value::String(kind)) = members.get_mut("token_type") {
                    *kind = kind.to_uppercase();
                }
            }),
        }
    }
}

fn change(response: &mut Response<Vec<u8>>, how: impl FnOnce(&mut Map<String, Value>)) {
    if let Ok(Value::Object(mut members)) = serde_json::from_slice(response.body()) {
        how(&mut members);
        *response.body_mut() = Value::Object(members).to_string().into_bytes();
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
