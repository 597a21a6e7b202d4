//! `POST /external/azure-pipelines/oidctoken`: where a pipeline task gets its token.
//!
//! <https://learn.microsoft.com/rest/api/azure/devops/distributedtask/oidctoken/create>

use http::{
    HeaderValue, Method, Response, StatusCode,
    header::{CONTENT_TYPE, LOCATION},
};
use serde_json::json;

use crate::{exchange::incoming::Call, platform::external_token::ExternalToken, value::guid::Guid};

/// Answers a task that shows the pipeline's access token.
pub(crate) fn answer(call: &Call<'_>) -> Response<Vec<u8>> {
    let exchange = &call.exchange;
    if call.request.method() != Method::POST {
        return exchange.empty(StatusCode::METHOD_NOT_ALLOWED);
    }
    let mut response = if call.bearer() != Some(ACCESS_TOKEN) {
        sign_in_page(call)
    } else if names_the_connection(call) {
        token(call)
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

fn token(call: &Call<'_>) -> Response<Vec<u8>> {
    let token = ExternalToken {
        issuer: "https://vstoken.dev.azure.com/33333333-2222-1111-0000-999999999999".to_owned(),
        subject: "sc://contoso/project/connection".to_owned(),
        lifetime: 600,
        ..ExternalToken::default()
    };
    match token.sign(call.exchange.now) {
        Ok(token) => call
            .exchange
            .json_body(StatusCode::OK, &json!({ "oidcToken": token })),
        Err(refusal) => call.exchange.refused(refusal),
    }
}

/// A wrong token leads to a page for people, by redirect unless the client suppresses that.
fn sign_in_page(call: &Call<'_>) -> Response<Vec<u8>> {
    let suppresses = call
        .header("x-tfs-fedauthredirect")
        .is_some_and(|value| value.eq_ignore_ascii_case("suppress"));
    if !suppresses {
        let mut response = call.exchange.empty(StatusCode::FOUND);
        let page = HeaderValue::from_static("/external/azure-pipelines/sign-in");
        response.headers_mut().insert(LOCATION, page);
        return response;
    }
    let mut response = call
        .exchange
        .empty(StatusCode::NON_AUTHORITATIVE_INFORMATION);
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, html);
    *response.body_mut() = b"<!DOCTYPE html><title>Sign in</title><p>Sign in".to_vec();
    response
}

fn names_the_connection(call: &Call<'_>) -> bool {
    call.query()
        .is_ok_and(|query| query.value("serviceConnectionId") == Some(CONNECTION))
}

/// The pipeline's `SYSTEM_ACCESSTOKEN`.
const ACCESS_TOKEN: &str = "pipelines-access-token";

/// The service connection that the token is for.
const CONNECTION: &str = "33333333-0000-4000-8000-000000000001";
