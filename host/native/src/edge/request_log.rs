//! One line of JSON for a request. No query, no header, no token: what callers send stays theirs.

use std::time::Instant;

use chrono::{SecondsFormat, Utc};
use http::{Method, Request};
use serde_json::json;

use super::listener::say;
use crate::capability::access_log::Entry;
use crate::capability::bindings::entra_auth::core::proxy_plan::Told;

/// A path of this length is told from others by its beginning.
const LONGEST_PATH: usize = 1024;

/// Writes it.
pub(super) struct RequestLog {
    told: Told,
}

/// What was asked, and when.
pub(super) struct Asked {
    method: Method,
    path: String,
    since: Instant,
}

impl Asked {
    pub(super) fn of<B>(request: &Request<B>) -> Self {
        Self {
            method: request.method().clone(),
            path: request.uri().path().chars().take(LONGEST_PATH).collect(),
            since: Instant::now(),
        }
    }
}

impl RequestLog {
    pub(super) const fn new(told: Told) -> Self {
        Self { told }
    }

    /// The answer has begun.
    pub(super) fn tell(&self, asked: &Asked, status: u16, entry: Option<Entry>) {
        let is_refused = entry.as_ref().is_none_or(|entry| entry.rule.is_some());
        let is_told = match self.told {
            Told::All => true,
            Told::Refused => is_refused,
            Told::None => false,
        };
        if !is_told {
            return;
        }
        let (route, rule, caller) = entry.map_or((None, None, None), |entry| {
            (entry.route, entry.rule, entry.caller)
        });
        let line = json!({
            "time": Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true),
            "method": asked.method.as_str(),
            "path": asked.path,
            "route": route,
            "status": status,
            "rule": rule,
            "caller": caller,
            "milliseconds": u64::try_from(asked.since.elapsed().as_millis()).unwrap_or(u64::MAX),
        });
        say(&line.to_string());
    }
}
