//! The tenant that is always there. The identifiers are fixed: documentation, profiles and tests
//! name them.

use crate::{
    clock::UnixTime,
    registration::{Api, AppRole, Client, ClientKind, Secret, Tenant, TokenVersion, User},
};

/// The tenant `contoso.onmicrosoft.com`, to be served as it is or extended.
pub fn contoso() -> Tenant {
    Tenant {
        id: "11111111-2222-3333-4444-555555555555".to_owned(),
        aliases: owned(&["contoso.onmicrosoft.com", "your-tenant-id"]),
        clients: vec![
            Client {
                id: "99999999-8888-7777-6666-555555555555".to_owned(),
                object_id: "99999999-0000-4000-8000-000000000001".to_owned(),
                name: "Sample daemon".to_owned(),
                kind: ClientKind::Confidential {
                    secrets: vec![
                        // Each of these characters has broken somebody's form encoding.
                        Secret {
                            value: "S3cr3t~+/=&% é".to_owned(),
                            ends: None,
                        },
                        Secret {
                            value: "ended-secret".to_owned(),
                            ends: Some(UnixTime(1_577_836_800)),
                        },
                    ],
                },
                app_roles: vec![
                    app_role("api://your-api-id", "Data.Read"),
                    app_role("https://graph.microsoft.com", "Application.ReadWrite.All"),
                ],
            },
            Client {
                id: "88888888-7777-6666-5555-444444444444".to_owned(),
                object_id: "88888888-0000-4000-8000-000000000001".to_owned(),
                name: "Sample command line".to_owned(),
                kind: ClientKind::Public {
                    redirect_uris: owned(&["http://localhost"]),
                },
                app_roles: Vec::new(),
            },
        ],
        apis: vec![
            // The API's guide checks that `aud` is the App ID URI, so its tokens are v1.0.
            Api {
                client_id: "77777777-6666-5555-4444-333333333333".to_owned(),
                name: "YourAPI".to_owned(),
                app_id_uri: "api://your-api-id".to_owned(),
                token_version: TokenVersion::V1,
                scopes: owned(&["access_as_user", "read", "write"]),
                app_roles: owned(&["Data.Read"]),
            },
            Api {
                client_id: "66666666-5555-4444-3333-222222222222".to_owned(),
                name: "DownstreamAPI".to_owned(),
                app_id_uri: "api://downstream-api".to_owned(),
                token_version: TokenVersion::V2,
                scopes: owned(&["access_as_user"]),
                app_roles: Vec::new(),
            },
            // Microsoft's own APIs have the same client ids in every tenant and take v1.0 tokens.
            Api {
                client_id: "00000003-0000-0000-c000-000000000000".to_owned(),
                name: "Microsoft Graph".to_owned(),
                app_id_uri: "https://graph.microsoft.com".to_owned(),
                token_version: TokenVersion::V1,
                scopes: owned(&[
                    "User.Read",
                    "Application.Read.All",
                    "Application.ReadWrite.All",
                ]),
                app_roles: owned(&["Application.Read.All", "Application.ReadWrite.All"]),
            },
            Api {
                client_id: "797f4846-ba00-4fd7-ba43-dac1f8f63013".to_owned(),
                name: "Azure Resource Manager".to_owned(),
                app_id_uri: "https://management.azure.com/".to_owned(),
                token_version: TokenVersion::V1,
                scopes: owned(&["user_impersonation"]),
                app_roles: Vec::new(),
            },
        ],
        users: vec![User {
            object_id: "aaaaaaaa-0000-4000-8000-000000000001".to_owned(),
            name: "Alice".to_owned(),
            user_principal_name: "alice@contoso.onmicrosoft.com".to_owned(),
            password: "alice".to_owned(),
        }],
    }
}

fn app_role(api: &str, value: &str) -> AppRole {
    AppRole {
        api: api.to_owned(),
        value: value.to_owned(),
    }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guid::Guid;

    #[test]
    fn every_identifier_is_a_guid() {
        let tenant = contoso();
        let clients = tenant
            .clients
            .iter()
            .flat_map(|client| [&client.id, &client.object_id]);
        let apis = tenant.apis.iter().map(|api| &api.client_id);
        let users = tenant.users.iter().map(|user| &user.object_id);
        for id in clients.chain(apis).chain(users).chain([&tenant.id]) {
            assert!(Guid::parse(id).is_some(), "{id}");
        }
    }

    #[test]
    fn every_granted_role_is_published_by_its_api() {
        let tenant = contoso();
        for role in tenant.clients.iter().flat_map(|client| &client.app_roles) {
            assert!(
                tenant
                    .api(&role.api)
                    .is_some_and(|api| api.app_roles.contains(&role.value)),
                "{role:?}"
            );
        }
    }
}
