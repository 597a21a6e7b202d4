//! The part of Microsoft Graph that tells which applications are registered.
//!
//! <https://learn.microsoft.com/graph/api/application-list>

mod application;
mod query;

use http::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::endpoint::{
    bearer,
    graph::query::{GraphQuery, Rejection},
};
use crate::exchange::incoming::Incoming;

/// The answer to a request below the version's path, such as `applications`.
pub(crate) fn answer(path: &str, incoming: &Incoming<'_>) -> Response<Vec<u8>> {
    let outcome = authorize(incoming).and_then(|()| found(path, incoming));
    match outcome {
        Ok(body) => incoming.exchange.json_body(StatusCode::OK, &body),
        Err(rejection) => refused(&rejection, incoming),
    }
}

fn found(path: &str, incoming: &Incoming<'_>) -> Result<Value, Rejection> {
    if incoming.request.method() != Method::GET {
        let text = "Only reading is possible here.";
        return Err(Rejection::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "Request_BadRequest",
            text,
        ));
    }
    let applications = application::all(incoming);
    let query = GraphQuery::read(incoming)?;
    if path == "applications" {
        return query.page(applications, incoming);
    }
    let by = |member: &str, value: &str| {
        let mut applications = applications.iter();
        applications.find(|application| application[member].as_str() == Some(value))
    };
    let one = match path.strip_prefix("applications") {
        Some(rest) => match (rest.strip_prefix('/'), quoted(rest)) {
            (Some(id), _) => by("id", id),
            (None, Some(app_id)) => by("appId", app_id),
            (None, None) => None,
        },
        None => None,
    };
    one.map(|application| query.select(application))
        .ok_or_else(|| {
            let text = format!("Resource '{path}' does not exist.");
            Rejection::new(StatusCode::NOT_FOUND, "Request_ResourceNotFound", text)
        })
}

/// The client id in `(appId='…')`.
fn quoted(rest: &str) -> Option<&str> {
    rest.strip_prefix("(appId='")?.strip_suffix("')")
}

/// Demands a token for Graph with a permission to read applications.
fn authorize(incoming: &Incoming<'_>) -> Result<(), Rejection> {
    let unauthorized =
        |text: &str| Rejection::new(StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken", text);
    let token = bearer::token_for(GRAPH, incoming).map_err(unauthorized)?;
    let delegated = token.claim("scp").unwrap_or_default();
    let mut held = token.texts("roles").into_iter().chain(delegated.split(' '));
    if held.any(|permission| READERS.contains(&permission)) {
        return Ok(());
    }
    let text = "Insufficient privileges to complete the operation.";
    Err(Rejection::new(
        StatusCode::FORBIDDEN,
        "Authorization_RequestDenied",
        text,
    ))
}

fn refused(rejection: &Rejection, incoming: &Incoming<'_>) -> Response<Vec<u8>> {
    let exchange = &incoming.exchange;
    let date = exchange.now.to_string().replace(' ', "T");
    let body = json!({ "error": {
        "code": rejection.code,
        "message": rejection.message,
        "innerError": {
            "date": date.trim_end_matches('Z'),
            "request-id": exchange.trace_id.to_string(),
            "client-request-id": exchange.correlation_id.to_string(),
        },
    }});
    exchange.json_body(rejection.status, &body)
}

/// Microsoft Graph's client id.
const GRAPH: &str = "00000003-0000-0000-c000-000000000000";

const READERS: [&str; 3] = [
    "Application.Read.All",
    "Application.ReadWrite.All",
    "Directory.Read.All",
];
