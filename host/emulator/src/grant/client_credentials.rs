//! The grant of programs that act for themselves (RFC 6749 section 4.4).
//!
//! <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>

use serde_json::{Value, json};

use crate::client::authentication::{Presented, refuse_browsers};
use crate::exchange::incoming::Incoming;
use crate::refusal::Refusal;
use crate::request::{claims::capabilities, default_scope::resource_of_default_scope, form::Form};
use crate::tenant::authority::Authority;
use crate::token::access::{AccessToken, Holder, LIFETIME};

/// Answers the grant. The order of the checks is visible to clients: the first fault found is the
/// one reported.
pub(crate) fn grant(
    authority: Authority<'_>,
    form: &Form,
    incoming: &mut Incoming<'_>,
) -> Result<Value, Refusal> {
    let tenant = authority
        .tenant()
        .ok_or_else(Refusal::tenant_not_determined)?;
    let headers = incoming.request.headers();
    let presented = Presented::from_request(headers, form)?;
    let client = presented.client(tenant)?;
    refuse_browsers(headers)?;
    let method = presented.authenticate(client, incoming)?;
    if form.value("resource").is_some() {
        return Err(Refusal::resource_parameter());
    }
    let resource = resource_of_default_scope(form.required("scope")?)?;
    let api = tenant
        .api(resource)
        .ok_or_else(|| Refusal::unknown_resource(resource, &tenant.id))?;
    let token = AccessToken {
        tenant,
        client_id: &client.id,
        method,
        api,
        resource,
        holder: Holder::Application {
            object_id: &client.object_id,
            roles: &client.app_roles,
        },
        capabilities: capabilities(form.value("claims")),
        lifetime: LIFETIME,
    };
    let access_token = token.issue(&incoming.exchange)?;
    Ok(json!({
        "token_type": "Bearer",
        "expires_in": LIFETIME,
        "ext_expires_in": LIFETIME,
        "access_token": access_token,
    }))
}
