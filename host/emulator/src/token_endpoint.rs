//! `POST /{tenant}/oauth2/v2.0/token` (RFC 6749 section 3.2).

use http::{Method, Request};
use serde_json::Value;

use crate::{
    authority::Authority, client_credentials, exchange::Exchange, form::Form, refusal::Refusal,
    registration::Tenant,
};

/// A token answer, or why there is none.
pub(crate) fn answer(
    segment: &str,
    tenant: &Tenant,
    request: &Request<Vec<u8>>,
    exchange: &Exchange<'_>,
) -> Result<Value, Refusal> {
    let authority = Authority::from_segment(segment, tenant)?;
    if request.method() != Method::POST {
        return Err(Refusal::wrong_method(request.method()));
    }
    let form = Form::from_body(request.headers(), request.body())?;
    match form.required("grant_type")? {
        "client_credentials" => {
            client_credentials::grant(authority, request.headers(), &form, exchange)
        }
        unknown => Err(Refusal::unknown_grant_type(unknown)),
    }
}
