//! `GET /external/github-actions/token`: where a job of GitHub Actions gets its token.
//!
//! <https://docs.github.com/actions/reference/security/oidc>

use http::{Method, Response, StatusCode};
use serde_json::json;

use crate::exchange::incoming::Incoming;
use crate::platform::external_token::ExternalToken;

/// Answers a job that shows its request token.
pub(crate) fn answer(incoming: &Incoming<'_>) -> Response<Vec<u8>> {
    let exchange = &incoming.exchange;
    if incoming.request.method() != Method::GET {
        return exchange.empty(StatusCode::METHOD_NOT_ALLOWED);
    }
    if incoming.bearer() != Some(REQUEST_TOKEN) {
        let body = json!({ "message": "The request token is not valid." });
        return exchange.json_body(StatusCode::UNAUTHORIZED, &body);
    }
    let query = incoming.query().ok();
    let audience = query.as_ref().and_then(|query| query.value("audience"));
    let token = ExternalToken {
        issuer: "https://token.actions.githubusercontent.com".to_owned(),
        subject: "repo:contoso/app:ref:refs/heads/main".to_owned(),
        audience: audience.unwrap_or("https://github.com/contoso").to_owned(),
        lifetime: 300,
    };
    match token.sign(exchange.now) {
        Ok(token) => {
            let body = json!({ "count": token.len(), "value": token });
            exchange.json_body(StatusCode::OK, &body)
        }
        Err(refusal) => exchange.refused(refusal),
    }
}

/// The job's `ACTIONS_ID_TOKEN_REQUEST_TOKEN`.
const REQUEST_TOKEN: &str = "github-request-token";
