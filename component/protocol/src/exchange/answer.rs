//! A JSON answer, as all of Entra's endpoints give it: the members of a success, or why there is none.
//!
//! [RFC 6749 section 5](https://www.rfc-editor.org/rfc/rfc6749#section-5). Redirects, HTML from a proxy, an error with status 200 and
//! members that stand twice are told apart here, once for all.

use std::time::Duration;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, Response, StatusCode};
use serde_json::{Map, Value};

use crate::exchange::retry_after::retry_after;
use crate::refusal::error::Error;
use crate::refusal::server_error::ServerError;
use crate::refusal::status::is_transient;
use crate::refusal::unacceptable::Unacceptable;
use crate::request::scope::Scopes;
use crate::value::json::{self, Fault};
use crate::value::secret::Secret;
use crate::value::time::Timestamp;

/// The largest body that is read: tokens with many groups have some ten kilobytes, and whoever sends more wants to fill memory.
pub const MAX_BODY_SIZE: usize = 1024 * 1024;

pub(crate) const PROXY_HINT: &str = "a proxy or another server may have answered in Entra's place; check the authority and the proxy settings";

/// The members of a success; everything else is an error of one kind or the other.
pub(crate) fn members(
    response: &Response<impl AsRef<[u8]>>,
    now: Timestamp,
) -> Result<Map<String, Value>, Error> {
    let status = response.status();
    let members = object(response, MAX_BODY_SIZE, now)?;
    let unacceptable = |message: String| with_response(Unacceptable::new(message), response, now);
    // Entra has been seen to send an error with HTTP 200.
    if let Some(refusal) = ServerError::from_members(
        status.as_u16(),
        &members,
        retry_after(response.headers(), now),
    ) {
        return Err(refusal.into());
    }
    if members.get("error").is_some_and(|error| !error.is_null()) {
        return Err(unacceptable(format!(
            "the server answered HTTP {} with an `error` that is no text",
            status.as_u16()
        ))
        .into());
    }
    if status != StatusCode::OK {
        return Err(unacceptable(format!(
            "the server answered HTTP {} without an `error`",
            status.as_u16()
        ))
        .into());
    }
    Ok(members)
}

/// The JSON object of an answer of at most `limit` bytes, success or refusal.
pub(crate) fn object(
    response: &Response<impl AsRef<[u8]>>,
    limit: usize,
    now: Timestamp,
) -> Result<Map<String, Value>, Unacceptable> {
    let status = response.status();
    let body = response.body().as_ref();
    let unacceptable = |message: String| with_response(Unacceptable::new(message), response, now);
    if status.is_redirection() {
        return Err(unacceptable(format!(
            "the server answered with a redirect (HTTP {})",
            status.as_u16()
        ))
        .with_hint(PROXY_HINT));
    }
    if body.len() > limit {
        return Err(unacceptable(format!(
            "the server answered with more than {limit} bytes"
        )));
    }
    json::object(body).map_err(|fault| {
        let what = if is_html(response.headers(), body) {
            "an HTML page".to_owned()
        } else {
            what(fault)
        };
        let error = unacceptable(format!(
            "the server answered HTTP {} with {what}, not with a JSON object",
            status.as_u16()
        ));
        match hint(status) {
            Some(hint) => error.with_hint(hint),
            None => error,
        }
    })
}

fn hint(status: StatusCode) -> Option<&'static str> {
    match status {
        StatusCode::TOO_MANY_REQUESTS => {
            Some("too many requests were sent; wait before the next attempt")
        }
        _ if is_transient(status.as_u16()) => None,
        _ => Some(PROXY_HINT),
    }
}

pub(crate) fn with_response<B>(
    error: Unacceptable,
    response: &Response<B>,
    now: Timestamp,
) -> Unacceptable {
    error.with_answer(
        response.status().as_u16(),
        retry_after(response.headers(), now),
    )
}

fn is_html(headers: &HeaderMap, body: &[u8]) -> bool {
    let is_declared = headers.get(CONTENT_TYPE).is_some_and(|value| {
        value
            .as_bytes()
            .to_ascii_lowercase()
            .starts_with(b"text/html")
    });
    !body.trim_ascii().is_empty() && (is_declared || body.trim_ascii_start().starts_with(b"<"))
}

fn what(fault: Fault) -> String {
    match fault {
        Fault::Empty => "an empty body".to_owned(),
        _ => fault.to_string(),
    }
}

/// The members not yet read. `null` counts as not there.
pub(crate) struct Members {
    /// What the answer is called in messages.
    what: &'static str,
    members: Map<String, Value>,
}

impl Members {
    pub(crate) const fn new(what: &'static str, members: Map<String, Value>) -> Self {
        Self { what, members }
    }

    pub(crate) fn invalid(&self, how: impl std::fmt::Display) -> Unacceptable {
        Unacceptable::new(format!("the {} has {how}", self.what))
    }

    pub(crate) fn missing(&self, name: &str) -> Unacceptable {
        self.invalid(format_args!("no `{name}`"))
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        self.members
            .swap_remove(name)
            .filter(|value| !value.is_null())
    }

    pub(crate) fn take_text(&mut self, name: &str) -> Result<Option<String>, Unacceptable> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.invalid(format_args!("a `{name}` that is no text"))),
        }
    }

    /// Whether `text` is in the list of this name; what is no list has nothing in it.
    pub(crate) fn has_in_list(&self, name: &str, text: &str) -> bool {
        let list = self.members.get(name).and_then(Value::as_array);
        list.is_some_and(|list| list.iter().any(|one| one == text))
    }

    /// [RFC 6749 appendix A](https://www.rfc-editor.org/rfc/rfc6749#appendix-A.12), without the blank: it would end the token in a header.
    pub(crate) fn take_secret(&mut self, name: &str) -> Result<Option<Secret>, Unacceptable> {
        let Some(secret) = self.take_text(name)?.map(Secret::from) else {
            return Ok(None);
        };
        if secret.is_empty() || !secret.expose().bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(self.invalid(format_args!(
                "an `{name}` that is empty or not printable ASCII"
            )));
        }
        Ok(Some(secret))
    }

    /// A number, or its digits as text as older endpoints and managed identities send it.
    pub(crate) fn take_seconds(&mut self, name: &str) -> Result<Option<Duration>, Unacceptable> {
        let seconds = match self.take(name) {
            None => return Ok(None),
            Some(Value::Number(number)) => number.as_u64(),
            Some(Value::String(text)) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                text.parse().ok()
            }
            Some(_) => None,
        };
        match seconds {
            Some(seconds) => Ok(Some(Duration::from_secs(seconds))),
            None => Err(self.invalid(format_args!(
                "a `{name}` that is no whole number of seconds"
            ))),
        }
    }

    pub(crate) fn take_scopes(&mut self) -> Result<Option<Scopes>, Unacceptable> {
        let Some(text) = self.take_text("scope")? else {
            return Ok(None);
        };
        let scopes = Scopes::parse(&text)
            .map_err(|_| self.invalid("a `scope` with characters that scopes cannot have"))?;
        Ok((!scopes.is_empty()).then_some(scopes))
    }
}
