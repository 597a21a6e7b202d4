//! `POST /{tenant}/oauth2/v2.0/token` (RFC 6749 section 3.2).

use serde_json::Value;

use crate::exchange::incoming::Incoming;
use crate::grant::{
    authorization_code, client_credentials, device_code, on_behalf_of, refresh_token,
};
use crate::refusal::Refusal;
use crate::tenant::authority::Authority;

/// A token answer, or why there is none.
pub(crate) fn answer(segment: &str, incoming: &mut Incoming<'_>) -> Result<Value, Refusal> {
    let authority = Authority::from_segment(segment, incoming.tenant)?;
    let form = incoming.posted_form()?;
    match form.required("grant_type")? {
        "client_credentials" => client_credentials::grant(authority, &form, incoming),
        "authorization_code" => authorization_code::grant(authority, &form, incoming),
        "refresh_token" => refresh_token::grant(authority, &form, incoming),
        // Microsoft's clients but the one for Python use the short form.
        "device_code" | "urn:ietf:params:oauth:grant-type:device_code" => {
            device_code::grant(authority, &form, incoming)
        }
        "urn:ietf:params:oauth:grant-type:jwt-bearer" => {
            on_behalf_of::grant(authority, &form, incoming)
        }
        unknown => Err(Refusal::unknown_grant_type(unknown)),
    }
}
