//! One line of JSON for each token that was handed out, and for each that was not. No line holds a token or a secret.

use serde_json::json;

use super::admission::Refusal;
use crate::output::Output;
use crate::output::civil_time;

/// Where the lines go.
pub(super) struct Audit<'a> {
    output: &'a Output,
    stdout_is_taken: bool,
}

/// Where a token came from.
#[derive(Clone, Copy)]
pub(super) enum From {
    Cache,
    Server,
}

impl<'a> Audit<'a> {
    pub(super) fn new(output: &'a Output, stdout_is_taken: bool) -> Self {
        Self {
            output,
            stdout_is_taken,
        }
    }

    pub(super) fn granted(&self, caller: &str, resource: &str, from: From) {
        let from = match from {
            From::Cache => "cache",
            From::Server => "server",
        };
        self.tell(&json!({
            "time": civil_time::rfc3339(civil_time::now()),
            "caller": caller,
            "resource": resource,
            "status": 200,
            "from": from,
        }));
    }

    pub(super) fn refused(&self, caller: Option<&str>, resource: Option<&str>, refusal: &Refusal) {
        self.tell(&json!({
            "time": civil_time::rfc3339(civil_time::now()),
            "caller": caller,
            "resource": resource,
            "status": refusal.status,
            "rule": refusal.rule,
            "message": refusal.message,
        }));
    }

    fn tell(&self, line: &serde_json::Value) {
        let line = line.to_string();
        if self.stdout_is_taken {
            self.output.requested_notice(&line);
        } else if !self.output.is_quiet() {
            // A log that is gone stops no request.
            drop(self.output.result(&line));
        }
    }
}

/// The first line, for whoever waits until it listens.
pub(super) fn listening(origin: &str) -> String {
    json!({ "listening": origin }).to_string()
}
