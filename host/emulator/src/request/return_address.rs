//! Where the answer to an authorization request goes, and how (OAuth 2.0 Multiple Response Type
//! Encoding Practices section 2.1, OAuth 2.0 Form Post Response Mode).

use crate::refusal::Refusal;
use crate::request::{form::Form, redirect_uri::form_target};

/// Where an answer goes, and how.
#[derive(Clone, Debug)]
pub(crate) struct ReturnAddress {
    pub(crate) uri: String,
    pub(crate) mode: ResponseMode,
    pub(crate) state: Option<String>,
}

/// How an answer's parameters travel.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ResponseMode {
    FormPost,
    Fragment,
    Query,
}

impl ReturnAddress {
    /// Reads how to answer. An unknown mode is itself answered in the query.
    pub(crate) fn new(uri: String, parameters: &Form) -> (Self, Option<Refusal>) {
        let (mode, refusal) = match parameters.value("response_mode") {
            None | Some("query") => (ResponseMode::Query, None),
            Some("fragment") => (ResponseMode::Fragment, None),
            Some("form_post") => (ResponseMode::FormPost, None),
            Some(unknown) => {
                let text = format!("The response mode '{unknown}' is not supported.");
                let refusal = Refusal::new("invalid_request", 70007, text);
                (ResponseMode::Query, Some(refusal))
            }
        };
        let state = parameters.value("state").map(str::to_owned);
        (Self { uri, mode, state }, refusal)
    }

    /// What a page's policy must allow, so that a form on it can end here.
    pub(crate) fn form_target(&self) -> String {
        form_target(&self.uri)
    }
}
