//! The grant of programs that act for themselves (RFC 6749 section 4.4).
//!
//! <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>

use http::HeaderMap;
use serde_json::{Value, json};

use crate::{
    access_token::{AppOnly, LIFETIME},
    authority::Authority,
    claims_request::capabilities,
    client_authentication::Presented,
    exchange::Exchange,
    form::Form,
    refusal::Refusal,
    requested_resource::resource_of_default_scope,
};

/// Answers the grant. The order of the checks is visible to clients: the first fault found is the
/// one reported.
pub(crate) fn grant(
    authority: Authority<'_>,
    headers: &HeaderMap,
    form: &Form,
    exchange: &Exchange<'_>,
) -> Result<Value, Refusal> {
    let tenant = authority
        .tenant()
        .ok_or_else(Refusal::tenant_not_determined)?;
    let presented = Presented::from_request(headers, form)?;
    let client = presented.client(tenant)?;
    refuse_browsers(headers)?;
    let method = presented.authenticate(client, exchange.now)?;
    if form.value("resource").is_some() {
        return Err(Refusal::resource_parameter());
    }
    let resource = resource_of_default_scope(form.required("scope")?)?;
    let api = tenant
        .api(resource)
        .ok_or_else(|| Refusal::unknown_resource(resource, &tenant.id))?;
    let capabilities = capabilities(form.value("claims"));
    let token = AppOnly {
        tenant,
        client,
        method,
        api,
        resource,
        capabilities,
    };
    let access_token = token.issue(exchange)?;
    Ok(json!({
        "token_type": "Bearer",
        "expires_in": LIFETIME,
        "ext_expires_in": LIFETIME,
        "access_token": access_token,
    }))
}

/// An `Origin` header marks a browser, and a browser can keep no secret.
fn refuse_browsers(headers: &HeaderMap) -> Result<(), Refusal> {
    match headers.get(http::header::ORIGIN) {
        Some(origin) => Err(Refusal::cross_origin(&String::from_utf8_lossy(
            origin.as_bytes(),
        ))),
        None => Ok(()),
    }
}
