//! Answers of the token endpoint, of platforms and of build systems.

#![no_main]

use http::{Response, StatusCode};
use libfuzzer_sys::fuzz_target;
use protocol::credential::{azure_pipelines_oidc, github_oidc};
use protocol::token::response::TokenResponse;
use protocol::value::time::Timestamp;

fuzz_target!(|bytes: &[u8]| {
    let now = Timestamp::from_unix_seconds(1_700_000_000);
    for status in [
        StatusCode::OK,
        StatusCode::BAD_REQUEST,
        StatusCode::SERVICE_UNAVAILABLE,
    ] {
        let mut response = Response::new(bytes);
        *response.status_mut() = status;
        if let Ok(token) = TokenResponse::from_http(&response, now) {
            // It goes into a header.
            assert!(
                token
                    .access_token
                    .expose()
                    .bytes()
                    .all(|byte| byte.is_ascii_graphic())
            );
        }
        drop(github_oidc::read_token(&response, now));
        drop(azure_pipelines_oidc::read_token(&response, now));
    }
});
