//! The head of a request, copied out of the engine.

use protocol::edge::head::Head;

/// What the engine says about it.
pub(crate) use crate::bindings::exports::entra_auth::core::relay::RequestHead as Received;
use crate::bindings::wasi::http::types::{IncomingRequest, Method, Scheme};

impl Received {
    pub(crate) fn read(request: &IncomingRequest) -> Self {
        Self {
            method: match request.method() {
                Method::Get => "GET".to_owned(),
                Method::Head => "HEAD".to_owned(),
                Method::Post => "POST".to_owned(),
                Method::Put => "PUT".to_owned(),
                Method::Delete => "DELETE".to_owned(),
                Method::Connect => "CONNECT".to_owned(),
                Method::Options => "OPTIONS".to_owned(),
                Method::Trace => "TRACE".to_owned(),
                Method::Patch => "PATCH".to_owned(),
                Method::Other(name) => name,
            },
            scheme: match request.scheme() {
                Some(Scheme::Https) => "https".to_owned(),
                Some(Scheme::Http) | None => "http".to_owned(),
                Some(Scheme::Other(name)) => name,
            },
            authority: request.authority(),
            target: request.path_with_query().unwrap_or_default(),
            headers: request.headers().entries(),
        }
    }

    pub(crate) fn head(&self) -> Head<'_> {
        Head::new(
            &self.method,
            &self.scheme,
            self.authority.as_deref(),
            &self.target,
            &self.headers,
        )
    }

    /// The method, which is one of a route's by now.
    pub(crate) fn method(&self) -> Method {
        match self.method.as_str() {
            "GET" => Method::Get,
            "HEAD" => Method::Head,
            "POST" => Method::Post,
            "PUT" => Method::Put,
            "DELETE" => Method::Delete,
            "OPTIONS" => Method::Options,
            "PATCH" => Method::Patch,
            other => Method::Other(other.to_owned()),
        }
    }

    /// Whether its answer has no body, whatever that says.
    pub(crate) fn is_head(&self) -> bool {
        self.method == "HEAD"
    }

    /// Whether it may bring a body along. Where none is usual, one that comes all the same goes nowhere.
    pub(crate) fn has_body(&self) -> bool {
        !self.is_bodiless() && self.length() != Some(0)
    }

    /// Whether requests of its method usually have none.
    pub(crate) fn is_bodiless(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS")
    }

    /// How long it announces its body to be.
    pub(crate) fn length(&self) -> Option<u64> {
        self.lengths().next()
    }

    /// Whether it announces more than `limit`; a body that announces nothing is counted on its way.
    pub(crate) fn is_longer_than(&self, limit: Option<u64>) -> bool {
        let Some(limit) = limit else { return false };
        self.lengths().any(|length| length > limit)
    }

    fn lengths(&self) -> impl Iterator<Item = u64> {
        let headers = self.headers.iter();
        headers
            .filter(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .filter_map(|(_, value)| std::str::from_utf8(value).ok()?.parse().ok())
    }
}
