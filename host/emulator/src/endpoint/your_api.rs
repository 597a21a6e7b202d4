//! `/your-api/…`: the protected API `api://your-api-id`, for whoever wants to call one.

use http::{HeaderValue, Method, Response, StatusCode, header::WWW_AUTHENTICATE};
use serde_json::json;

use crate::endpoint::bearer;
use crate::exchange::incoming::Incoming;

/// Says who called, if the token is for this API and carries a permission.
pub(crate) fn answer(path: &str, incoming: &Incoming<'_>) -> Response<Vec<u8>> {
    let api = incoming.tenant.api(APP_ID_URI);
    let id = api.map(|api| api.client_id.as_str()).unwrap_or_default();
    let token = match bearer::token_for(id, incoming) {
        Ok(token) => token,
        Err(problem) => {
            return refused(StatusCode::UNAUTHORIZED, "invalid_token", problem, incoming);
        }
    };
    let roles = token.texts("roles");
    let scopes = token.claim("scp").unwrap_or_default();
    if roles.is_empty() && scopes.is_empty() {
        let problem = "The token has neither scopes nor roles.";
        return refused(
            StatusCode::FORBIDDEN,
            "insufficient_scope",
            problem,
            incoming,
        );
    }
    let status = match *incoming.request.method() {
        Method::POST => StatusCode::CREATED,
        _ => StatusCode::OK,
    };
    let person = token.claim("upn").or(token.claim("preferred_username"));
    let caller = person.or(token.claim("appid")).or(token.claim("azp"));
    let body = json!({ "api": "YourAPI", "path": path, "caller": caller, "roles": roles, "scopes": scopes });
    let mut response = incoming.exchange.json_body(status, &body);
    // People look at it in a shell.
    response.body_mut().push(b'\n');
    response
}

/// RFC 6750 section 3: the challenge says why.
fn refused(
    status: StatusCode,
    error: &str,
    problem: &str,
    incoming: &Incoming<'_>,
) -> Response<Vec<u8>> {
    let challenge = format!("Bearer error=\"{error}\", error_description=\"{problem}\"");
    let body = json!({ "error": error, "error_description": problem });
    let mut response = incoming.exchange.json_body(status, &body);
    if let Ok(challenge) = HeaderValue::from_str(&challenge) {
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    response
}

const APP_ID_URI: &str = "api://your-api-id";
