//! Registered applications as Microsoft Graph shows them.
//!
//! <https://learn.microsoft.com/graph/api/resources/application>

use serde_json::{Value, json};

use crate::exchange::incoming::Incoming;
use crate::tenant::registration::{Api, Client, Platform, TokenVersion};
use crate::value::guid::Guid;

/// All applications that are registered in the tenant itself, in no order.
pub(crate) fn all(incoming: &Incoming<'_>) -> Vec<Value> {
    let tenant = incoming.tenant;
    let own = tenant
        .clients
        .iter()
        .filter(|client| !client.is_first_party);
    let of_clients = own.map(|client| {
        let mut apis = tenant.apis.iter();
        let api = apis.find(|api| api.client_id == client.id);
        application(&client.id, &client.name, Some(client), api)
    });
    let is_only_api = |api: &&Api| !api.is_first_party && tenant.client(&api.client_id).is_none();
    let of_apis = tenant
        .apis
        .iter()
        .filter(is_only_api)
        .map(|api| application(&api.client_id, &api.name, None, Some(api)));
    let extra = (1..=incoming.remembered.options.extra_applications).map(|number| {
        let name = format!("Extra application {number:04}");
        application(&Guid::of_name(&name).to_string(), &name, None, None)
    });
    of_clients.chain(of_apis).chain(extra).collect()
}

fn application(id: &str, name: &str, client: Option<&Client>, api: Option<&Api>) -> Value {
    let audience = match client {
        Some(client) if client.is_multi_tenant => "AzureADMultipleOrgs",
        _ => "AzureADMyOrg",
    };
    let scopes = api.map_or(&[][..], |api| &api.scopes);
    let roles = api.map_or(&[][..], |api| &api.app_roles);
    let version = api.map(|api| match api.token_version {
        TokenVersion::V1 => 1,
        TokenVersion::V2 => 2,
    });
    json!({
        "id": Guid::of_name(id).to_string(),
        "appId": id,
        "displayName": name,
        "createdDateTime": "2025-01-01T00:00:00Z",
        "identifierUris": api.map(|api| &api.app_id_uri).into_iter().collect::<Vec<_>>(),
        "publisherDomain": "contoso.onmicrosoft.com",
        "signInAudience": audience,
        "api": {
            "requestedAccessTokenVersion": version,
            "oauth2PermissionScopes": scopes.iter().map(|scope| published_scope(id, scope)).collect::<Vec<_>>(),
        },
        "appRoles": roles.iter().map(|role| app_role(id, role)).collect::<Vec<_>>(),
        "publicClient": { "redirectUris": redirect_uris(client, Platform::PublicClient) },
        "spa": { "redirectUris": redirect_uris(client, Platform::Spa) },
        "web": { "redirectUris": redirect_uris(client, Platform::Web) },
    })
}

fn published_scope(id: &str, scope: &str) -> Value {
    json!({
        "id": Guid::of_name(&format!("{id} scope {scope}")).to_string(),
        "value": scope,
        "type": "User",
        "isEnabled": true,
        "adminConsentDisplayName": scope,
        "adminConsentDescription": scope,
        "userConsentDisplayName": scope,
        "userConsentDescription": scope,
    })
}

fn app_role(id: &str, role: &str) -> Value {
    json!({
        "id": Guid::of_name(&format!("{id} role {role}")).to_string(),
        "value": role,
        "displayName": role,
        "description": role,
        "isEnabled": true,
        "allowedMemberTypes": ["Application"],
    })
}

fn redirect_uris(client: Option<&Client>, platform: Platform) -> Vec<&str> {
    let all = client.map_or(&[][..], |client| &client.redirect_uris);
    let fitting = all.iter().filter(|known| known.platform == platform);
    fitting.map(|known| known.uri.as_str()).collect()
}
