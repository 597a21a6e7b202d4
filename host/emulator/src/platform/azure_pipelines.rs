//! `POST /external/azure-pipelines/oidctoken`: where a pipeline task gets its token.
//!
//! <https://learn.microsoft.com/rest/api/azure/devops/distributedtask/oidctoken/create>

use http::{
    HeaderValue, Method, Response, StatusCode,
    header::{CONTENT_TYPE, LOCATION},
};
use serde_json::json;

use crate::exchange::incoming::Incoming;
use crate::platform::external_token::ExternalToken;
use crate::value::guid::Guid;

/// Answers a task that shows the pipeline's access token.
pub(crate) fn answer(incoming: &Incoming<'_>) -> Response<Vec<u8>> {
    let exchange = &incoming.exchange;
    if incoming.request.method() != Method::POST {
        return exchange.empty(StatusCode::METHOD_NOT_ALLOWED);
    }
    let mut response = if incoming.bearer() != Some(ACCESS_TOKEN) {
        sign_in_page(incoming)
    } else if names_the_connection(incoming) {
        token(incoming)
    } else {
        let body = json!({ "message": "The service connection does not exist." });
        exchange.json_body(StatusCode::NOT_FOUND, &body)
    };
    for name in ["x-vss-e2eid", "x-msedge-ref"] {
        if let Ok(value) = HeaderValue::from_str(&Guid::random().to_string()) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn token(incoming: &Incoming<'_>) -> Response<Vec<u8>> {
    let token = ExternalToken {
        issuer: "https://vstoken.dev.azure.com/33333333-2222-1111-0000-999999999999".to_owned(),
        subject: "sc://contoso/project/connection".to_owned(),
        lifetime: 600,
        ..ExternalToken::default()
    };
    match token.sign(incoming.exchange.now) {
        Ok(token) => incoming
            .exchange
            .json_body(StatusCode::OK, &json!({ "oidcToken": token })),
        Err(refusal) => incoming.exchange.refused(refusal),
    }
}

/// A wrong token leads to a page for people, by redirect unless the client suppresses that.
fn sign_in_page(incoming: &Incoming<'_>) -> Response<Vec<u8>> {
    let suppresses = incoming
        .header("x-tfs-fedauthredirect")
        .is_some_and(|value| value.eq_ignore_ascii_case("suppress"));
    if !suppresses {
        let mut response = incoming.exchange.empty(StatusCode::FOUND);
        let page = HeaderValue::from_static("/external/azure-pipelines/sign-in");
        response.headers_mut().insert(LOCATION, page);
        return response;
    }
    let mut response = incoming
        .exchange
        .empty(StatusCode::NON_AUTHORITATIVE_INFORMATION);
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, html);
    *response.body_mut() = b"<!DOCTYPE html><title>Sign in</title><p>Sign in".to_vec();
    response
}

fn names_the_connection(incoming: &Incoming<'_>) -> bool {
    incoming
        .query()
        .is_ok_and(|query| query.value("serviceConnectionId") == Some(CONNECTION))
}

/// The pipeline's `SYSTEM_ACCESSTOKEN`.
const ACCESS_TOKEN: &str = "pipelines-access-token";

/// The service connection that the token is for.
const CONNECTION: &str = "33333333-0000-4000-8000-000000000001";
