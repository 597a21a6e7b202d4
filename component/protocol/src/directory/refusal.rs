//! Graph's way of refusing, and what may help.
//!
//! [Error responses](https://learn.microsoft.com/graph/errors). They are shaped otherwise than Entra's: `error` is an object, and
//! there are no numbers.

use http::{Response, StatusCode};
use serde_json::{Map, Value};

use crate::exchange::retry_after::retry_after;
use crate::refusal::advice::{self, Facts};
use crate::refusal::error::Error;
use crate::refusal::peer::Peer;
use crate::refusal::server_error::ServerError;
use crate::value::printable::{printable, quoted};
use crate::value::time::Timestamp;

/// The least that reading app registrations takes, for people and for applications.
pub(super) const PERMISSION: &str = "Application.Read.All";

const LONGEST_NAME: usize = 200;
const LONGEST_MESSAGE: usize = 1000;

/// Who asks Graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// An application, for itself.
    Application,
    /// A person, through an application.
    Person,
}

/// The refusal in an answer, if it is one.
pub(super) fn read<B>(
    response: &Response<B>,
    members: &Map<String, Value>,
    now: Timestamp,
) -> Option<ServerError> {
    let error = members.get("error")?.as_object()?;
    let inner = error.get("innerError").and_then(Value::as_object);
    let text = |members: Option<&Map<String, Value>>, name: &str, limit: usize| {
        let text = printable(members?.get(name)?.as_str()?, limit);
        (!text.is_empty()).then_some(text)
    };
    Some(ServerError {
        peer: Peer::Graph,
        status: response.status().as_u16(),
        error: text(Some(error), "code", LONGEST_NAME)
            .unwrap_or_else(|| "an error without a code".to_owned()),
        description: text(Some(error), "message", LONGEST_MESSAGE),
        timestamp: text(inner, "date", LONGEST_NAME),
        trace_id: text(inner, "request-id", LONGEST_NAME),
        correlation_id: text(inner, "client-request-id", LONGEST_NAME),
        retry_after: retry_after(response.headers(), now),
        ..ServerError::default()
    })
}

/// Whether a newer token may be taken: permissions that were granted since are not in the old one.
pub fn may_be_outdated(error: &Error) -> bool {
    matches!(error, Error::Refused(refusal)
        if is(refusal, StatusCode::UNAUTHORIZED) || is(refusal, StatusCode::FORBIDDEN))
}

/// One sentence on what to do about Graph's refusal.
pub fn advice(error: &ServerError, asker: Asker, facts: &Facts<'_>) -> Option<String> {
    let app = facts
        .client_id
        .map_or_else(|| "the app".to_owned(), |id| format!("app {}", quoted(id)));
    if is(error, StatusCode::FORBIDDEN) {
        Some(match asker {
            Asker::Application => format!(
                "add the application permission `{PERMISSION}` of Microsoft Graph to {app} (App registrations, API permissions), let an administrator grant consent, then try again"
            ),
            Asker::Person => format!(
                "the person needs a directory role that may read app registrations, and {app} the delegated permission `{PERMISSION}` of Microsoft Graph with an administrator's consent"
            ),
        })
    } else if is(error, StatusCode::UNAUTHORIZED) {
        Some(
            "Microsoft Graph did not accept the token; check that the tenant and the authority belong to the same cloud"
                .to_owned(),
        )
    } else {
        advice::advice(error, facts)
    }
}

fn is(error: &ServerError, status: StatusCode) -> bool {
    error.status == status.as_u16()
}
