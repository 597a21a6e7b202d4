//! A JSON answer, as all of Entra's endpoints give it: the members of a success, or why there is none.
//!
//! [RFC 6749 section 5](https://www.rfc-editor.org/rfc/rfc6749#section-5). Redirects, HTML from a proxy, an error with status 200 and
//! members that stand twice are told apart here, once for all.

use std::time::Duration;

use http::header::{CONTENT_TYPE, DATE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderName, Response, StatusCode};
use serde_json::{Map, Value};

use crate::exchange::retry_after::retry_after;
use crate::refusal::error::Error;
use crate::refusal::peer::Peer;
use crate::refusal::server_error::ServerError;
use crate::refusal::unacceptable::Unacceptable;
use crate::request::scope::Scopes;
use crate::value::date;
use crate::value::json::{self, Fault};
use crate::value::secret::Secret;
use crate::value::time::Timestamp;

/// The largest body that is read: tokens with many groups have some ten kilobytes, and whoever sends more wants to fill memory.
pub const MAX_BODY_SIZE: usize = 1024 * 1024;

/// By these Azure DevOps finds the request again.
pub(crate) const END_TO_END_ID: HeaderName = HeaderName::from_static("x-vss-e2eid");
pub(crate) const EDGE_REFERENCE: HeaderName = HeaderName::from_static("x-msedge-ref");

/// What anybody here reads of an answer's head; the rest need not be kept.
pub const READ_HEADERS: [HeaderName; 6] = [
    CONTENT_TYPE,
    DATE,
    RETRY_AFTER,
    WWW_AUTHENTICATE,
    END_TO_END_ID,
    EDGE_REFERENCE,
];

/// The members of a success; everything else is an error of one kind or the other.
pub(crate) fn members(
    response: &Response<impl AsRef<[u8]>>,
    peer: Peer,
    now: Timestamp,
) -> Result<Map<String, Value>, Error> {
    let status = response.status();
    let members = object(response, peer, MAX_BODY_SIZE, now)?;
    let unacceptable = |message: String| of_peer(message, peer, response, now);
    // Entra has been seen to send an error with HTTP 200.
    if let Some(refusal) = ServerError::from_members(
        peer,
        status.as_u16(),
        &members,
        retry_after(response.headers(), now),
    ) {
        return Err(refusal.into());
    }
    if members.get("error").is_some_and(|error| !error.is_null()) {
        return Err(unacceptable(format!(
            "{} answered HTTP {} with an `error` that is no text",
            peer.name(),
            status.as_u16()
        ))
        .into());
    }
    if status != StatusCode::OK {
        return Err(unacceptable(format!(
            "{} answered HTTP {} without an `error`",
            peer.name(),
            status.as_u16()
        ))
        .into());
    }
    Ok(members)
}

/// The JSON object of an answer of at most `limit` bytes, success or refusal.
pub(crate) fn object(
    response: &Response<impl AsRef<[u8]>>,
    peer: Peer,
    limit: usize,
    now: Timestamp,
) -> Result<Map<String, Value>, Unacceptable> {
    let status = response.status();
    let body = response.body().as_ref();
    let (name, number) = (peer.name(), status.as_u16());
    let unacceptable = |message: String| of_peer(message, peer, response, now);
    if status.is_redirection() {
        return Err(
            unacceptable(format!("{name} answered with a redirect (HTTP {number})")).foreign(true),
        );
    }
    if body.len() > limit {
        return Err(unacceptable(format!(
            "{name} answered with more than {limit} bytes"
        )));
    }
    json::object(body).map_err(|fault| {
        let is_page = is_html(response.headers(), body);
        let what = match is_page {
            true => "an HTML page".to_owned(),
            false => what(fault),
        };
        // A server that was stopped in the middle of a success has sent a part of it, or nothing.
        let is_cut = status.is_success() && matches!(fault, Fault::Empty | Fault::Truncated);
        let error = unacceptable(format!(
            "{name} answered HTTP {number} with {what}, not with a JSON object"
        ));
        let is_transient = error.is_transient || is_cut;
        error.transient(is_transient).foreign(is_page)
    })
}

/// What is wrong with an answer, and what that means where it comes from.
pub(crate) fn of_peer<B>(
    message: String,
    peer: Peer,
    response: &Response<B>,
    now: Timestamp,
) -> Unacceptable {
    let status = response.status().as_u16();
    let error = with_response(Unacceptable::new(message), response, now)
        .transient(peer.is_transient(status));
    match peer.hint(status) {
        Some(hint) => error.with_hint(hint),
        None => error,
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

/// The name with its article.
fn one(name: &str) -> String {
    match name.starts_with(['a', 'e', 'i', 'o', 'u']) {
        true => format!("an `{name}`"),
        false => format!("a `{name}`"),
    }
}

/// A number of seconds, without the part of the last one.
fn whole(seconds: f64) -> Option<u64> {
    // What is too large for the type is too large for every use of it.
    (seconds >= 0.0).then_some(seconds as u64)
}

/// The same in digits, with a point among them at most.
fn whole_digits(text: &str) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    match is_number(whole) && is_number(part) {
        true => whole.parse().ok(),
        false => None,
    }
}

/// The texts of a list, between blanks.
fn joined(value: &Value) -> Option<String> {
    let texts: Option<Vec<&str>> = value.as_array()?.iter().map(Value::as_str).collect();
    Some(texts?.join(" "))
}

/// The members not yet read. `null` counts as not there.
pub(crate) struct Members {
    /// Whose answer it is.
    peer: Peer,
    /// What the answer is called in messages.
    what: &'static str,
    members: Map<String, Value>,
}

impl Members {
    pub(crate) const fn new(peer: Peer, what: &'static str, members: Map<String, Value>) -> Self {
        Self {
            peer,
            what,
            members,
        }
    }

    pub(crate) fn invalid(&self, how: impl std::fmt::Display) -> Unacceptable {
        let error = Unacceptable::new(format!("the {} has {how}", self.what));
        match self.peer.hint(StatusCode::OK.as_u16()) {
            Some(hint) => error.with_hint(hint),
            None => error,
        }
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
            Some(_) => Err(self.invalid(format_args!("{} that is no text", one(name)))),
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
                "{} that is empty or not printable ASCII",
                one(name)
            )));
        }
        Ok(Some(secret))
    }

    /// A number, or one as text as older endpoints and managed identities send it; a part of a second does not count.
    pub(crate) fn take_seconds(&mut self, name: &str) -> Result<Option<Duration>, Unacceptable> {
        let seconds = match self.take(name) {
            None => return Ok(None),
            Some(Value::Number(number)) => number.as_u64().or_else(|| whole(number.as_f64()?)),
            Some(Value::String(text)) => whole_digits(text.trim()),
            Some(_) => None,
        };
        match seconds {
            Some(seconds) => Ok(Some(Duration::from_secs(seconds))),
            None => Err(self.invalid(format_args!("{} that is no number of seconds", one(name)))),
        }
    }

    /// The same where nothing depends on it: what cannot be read is as good as absent.
    pub(crate) fn take_seconds_if_any(&mut self, name: &str) -> Option<Duration> {
        self.take_seconds(name).ok().flatten()
    }

    /// A point in time: seconds since 1970, or a date. What cannot be read is as good as absent.
    pub(crate) fn take_time(&mut self, name: &str) -> Option<Timestamp> {
        match self.take(name)? {
            Value::Number(number) => number.as_u64().map(Timestamp::from_unix_seconds),
            Value::String(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                text.parse().ok().map(Timestamp::from_unix_seconds)
            }
            Value::String(text) => date::parse(&text),
            _ => None,
        }
    }

    pub(crate) fn take_scopes(&mut self) -> Result<Option<Scopes>, Unacceptable> {
        let text = match self.take("scope") {
            None => return Ok(None),
            Some(Value::String(text)) => text,
            Some(value) => joined(&value).ok_or_else(|| {
                self.invalid("a `scope` that is neither text nor a list of texts")
            })?,
        };
        let scopes = Scopes::parse(&text)
            .map_err(|_| self.invalid("a `scope` with characters that scopes cannot have"))?;
        Ok((!scopes.is_empty()).then_some(scopes))
    }
}
