//! The head of a request, as far as it says who asks.

use super::admission::Refusal;
use crate::bindings::identity_endpoint::Request;

/// The headers of a request.
pub(super) struct Head<'a>(&'a Request);

impl<'a> Head<'a> {
    pub(super) const fn of(request: &'a Request) -> Self {
        Self(request)
    }

    fn all<'b>(&'b self, name: &'b str) -> impl Iterator<Item = &'b str> {
        let headers = self.0.headers.iter();
        headers
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Two that say different things would be read differently by somebody else.
    pub(super) fn only<'b>(&'b self, name: &'b str) -> Option<&'b str> {
        let mut values = self.all(name);
        values.next().filter(|_| values.next().is_none())
    }

    pub(super) fn check_method(&self) -> Result<(), Refusal> {
        if self.0.method != "GET" {
            return Err(Refusal::new(405, "method", "tokens are asked for by GET"));
        }
        let is_empty = self.all("content-length").all(|length| length == "0");
        if !is_empty || self.all("transfer-encoding").next().is_some() {
            return Err(Refusal::new(
                400,
                "body",
                "who asks for a token sends no body",
            ));
        }
        Ok(())
    }

    /// Pages of the web may send requests here through a browser, and others through a proxy that forwards them.
    pub(super) fn check_origin(&self) -> Result<(), Refusal> {
        let is_there = |is_meant: fn(&str) -> bool| {
            let mut names = self.0.headers.iter().map(|(name, _)| name.as_str());
            names.any(is_meant)
        };
        if is_there(is_of_browser) {
            return Err(Refusal::new(
                403,
                "browser",
                "no page of the web may ask here",
            ));
        }
        if is_there(is_of_proxy) {
            return Err(Refusal::new(
                403,
                "forwarded",
                "no request is taken that was forwarded",
            ));
        }
        Ok(())
    }

    /// What no page and no forgotten proxy sends.
    pub(super) fn check_metadata(&self) -> Result<(), Refusal> {
        match self.only("metadata") {
            Some(value) if value.eq_ignore_ascii_case("true") => Ok(()),
            _ => Err(Refusal::new(
                400,
                "metadata",
                "the header `Metadata: true` is missing",
            )),
        }
    }
}

/// Browsers send the site and the destination; the mode alone is sent by `fetch` of Node and Deno too.
fn is_of_browser(name: &str) -> bool {
    name == "origin" || (name.starts_with("sec-fetch-") && name != "sec-fetch-mode")
}

fn is_of_proxy(name: &str) -> bool {
    matches!(name, "forwarded" | "via" | "x-real-ip") || name.starts_with("x-forwarded-")
}
