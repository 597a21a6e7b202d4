//! The tenant that is always there. The identifiers are fixed: documentation, profiles and tests
//! name them.

use crate::tenant::{
    certificate::Certificate,
    registration::{
        Api, AppRole, Client, ClientKind, Credentials, FederatedCredential, ManagedIdentity,
        Permission, Platform, RedirectUri, Secret, Tenant, TokenVersion, User,
    },
};
use crate::value::time::UnixTime;

/// The tenant `contoso.onmicrosoft.com`, to be served as it is or extended.
pub fn contoso() -> Tenant {
    Tenant {
        id: "11111111-2222-3333-4444-555555555555".to_owned(),
        aliases: owned(&["contoso.onmicrosoft.com", "your-tenant-id"]),
        clients: vec![
            daemon(),
            command_line(),
            your_api(),
            single_page(),
            graph_powershell(),
        ],
        apis: vec![
            // The API's guide checks that `aud` is the App ID URI, so its tokens are v1.0.
            Api {
                client_id: "77777777-6666-5555-4444-333333333333".to_owned(),
                name: "YourAPI".to_owned(),
                app_id_uri: "api://your-api-id".to_owned(),
                is_first_party: false,
                token_version: TokenVersion::V1,
                scopes: owned(&["access_as_user", "read", "write"]),
                app_roles: owned(&["Data.Read"]),
            },
            Api {
                client_id: "66666666-5555-4444-3333-222222222222".to_owned(),
                name: "DownstreamAPI".to_owned(),
                app_id_uri: "api://downstream-api".to_owned(),
                is_first_party: false,
                token_version: TokenVersion::V2,
                scopes: owned(&["access_as_user"]),
                app_roles: Vec::new(),
            },
            // Microsoft's own APIs have the same client ids in every tenant and take v1.0 tokens.
            Api {
                client_id: "00000003-0000-0000-c000-000000000000".to_owned(),
                name: "Microsoft Graph".to_owned(),
                app_id_uri: "https://graph.microsoft.com".to_owned(),
                is_first_party: true,
                token_version: TokenVersion::V1,
                scopes: owned(&[
                    "User.Read",
                    "User.Read.All",
                    "Application.Read.All",
                    "Application.ReadWrite.All",
                    "Calendars.Read",
                    "Calendars.ReadWrite",
                    "Mail.Read",
                    "Mail.Send",
                ]),
                app_roles: owned(&["Application.Read.All", "Application.ReadWrite.All"]),
            },
            Api {
                client_id: "797f4846-ba00-4fd7-ba43-dac1f8f63013".to_owned(),
                name: "Azure Resource Manager".to_owned(),
                app_id_uri: "https://management.azure.com/".to_owned(),
                is_first_party: true,
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
        managed_identities: vec![
            ManagedIdentity {
                client_id: "44444444-3333-2222-1111-000000000001".to_owned(),
                object_id: "44444444-0000-4000-8000-000000000001".to_owned(),
                resource_id: None,
                app_roles: vec![app_role("api://your-api-id", "Data.Read")],
            },
            ManagedIdentity {
                client_id: "44444444-3333-2222-1111-000000000002".to_owned(),
                object_id: "44444444-0000-4000-8000-000000000002".to_owned(),
                resource_id: Some(USER_ASSIGNED.to_owned()),
                app_roles: vec![app_role("api://your-api-id", "Data.Read")],
            },
        ],
    }
}

/// The confidential client, with every kind of credential.
fn daemon() -> Client {
    Client {
        id: "99999999-8888-7777-6666-555555555555".to_owned(),
        object_id: "99999999-0000-4000-8000-000000000001".to_owned(),
        name: "Sample daemon".to_owned(),
        kind: ClientKind::Confidential(Credentials {
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
            certificates: [CERTIFICATE, EXPIRED_CERTIFICATE]
                .into_iter()
                .filter_map(Certificate::from_pem)
                .collect(),
            federated: federated_credentials(),
        }),
        redirect_uris: vec![
            redirect_uri(Platform::Web, "http://localhost"),
            redirect_uri(Platform::Web, "https://app.contoso.example/signed-in"),
        ],
        app_roles: vec![
            app_role("api://your-api-id", "Data.Read"),
            app_role("https://graph.microsoft.com", "Application.ReadWrite.All"),
        ],
        permissions: ordinary_permissions(),
        admin_consents: vec![permission("https://graph.microsoft.com", &["User.Read"])],
        ..Client::default()
    }
}

/// The public client: a program on somebody's computer.
fn command_line() -> Client {
    Client {
        id: "88888888-7777-6666-5555-444444444444".to_owned(),
        object_id: "88888888-0000-4000-8000-000000000001".to_owned(),
        name: "Sample command line".to_owned(),
        is_multi_tenant: true,
        redirect_uris: vec![redirect_uri(Platform::PublicClient, "http://localhost")],
        permissions: ordinary_permissions(),
        admin_consents: vec![permission("https://graph.microsoft.com", &["User.Read"])],
        ..Client::default()
    }
}

/// YourAPI's own registration as a client: the middle tier that calls DownstreamAPI for its callers.
fn your_api() -> Client {
    Client {
        id: "77777777-6666-5555-4444-333333333333".to_owned(),
        object_id: "77777777-0000-4000-8000-000000000001".to_owned(),
        name: "YourAPI".to_owned(),
        kind: ClientKind::Confidential(Credentials {
            secrets: vec![Secret {
                value: "your-api-secret".to_owned(),
                ends: None,
            }],
            certificates: Certificate::from_pem(CERTIFICATE).into_iter().collect(),
            federated: Vec::new(),
        }),
        permissions: vec![permission("api://downstream-api", &["access_as_user"])],
        admin_consents: vec![permission("api://downstream-api", &["access_as_user"])],
        ..Client::default()
    }
}

/// A client whose loopback address is registered for the wrong platform, a classic mistake.
fn single_page() -> Client {
    Client {
        id: "55555555-4444-3333-2222-111111111111".to_owned(),
        object_id: "55555555-0000-4000-8000-000000000001".to_owned(),
        name: "Sample single-page application".to_owned(),
        redirect_uris: vec![redirect_uri(Platform::Spa, "http://localhost")],
        permissions: ordinary_permissions(),
        ..Client::default()
    }
}

/// Microsoft Graph PowerShell, with which tools sign people in who have registered none of their own.
fn graph_powershell() -> Client {
    Client {
        id: "14d82eec-204b-4c2f-b7e8-296a70dab67e".to_owned(),
        object_id: "14d82eec-0000-4000-8000-000000000001".to_owned(),
        name: "Microsoft Graph Command Line Tools".to_owned(),
        is_multi_tenant: true,
        is_first_party: true,
        redirect_uris: vec![redirect_uri(Platform::PublicClient, "http://localhost")],
        permissions: vec![permission(
            "https://graph.microsoft.com",
            &["User.Read", "Application.Read.All"],
        )],
        ..Client::default()
    }
}

fn ordinary_permissions() -> Vec<Permission> {
    vec![
        permission("api://your-api-id", &["access_as_user", "read", "write"]),
        permission("https://graph.microsoft.com", &["User.Read"]),
    ]
}

/// As the three platforms write issuer and subject.
fn federated_credentials() -> Vec<FederatedCredential> {
    [
        (
            "https://token.actions.githubusercontent.com",
            "repo:contoso/app:ref:refs/heads/main",
        ),
        (
            "https://vstoken.dev.azure.com/33333333-2222-1111-0000-999999999999",
            "sc://contoso/project/connection",
        ),
        (
            "https://kubernetes.contoso.example/",
            "system:serviceaccount:default:workload",
        ),
    ]
    .into_iter()
    .map(|(issuer, subject)| FederatedCredential {
        issuer: issuer.to_owned(),
        subject: subject.to_owned(),
        audience: "api://AzureADTokenExchange".to_owned(),
    })
    .collect()
}

fn redirect_uri(platform: Platform, uri: &str) -> RedirectUri {
    RedirectUri {
        platform,
        uri: uri.to_owned(),
    }
}

fn permission(api: &str, scopes: &[&str]) -> Permission {
    Permission {
        api: api.to_owned(),
        scopes: owned(scopes),
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

const CERTIFICATE: &str = include_str!("../../key/client-credential/client-certificate.pem");

const EXPIRED_CERTIFICATE: &str =
    include_str!("../../key/client-credential/expired-certificate.pem");

const USER_ASSIGNED: &str = "/subscriptions/22222222-1111-0000-9999-888888888888/resourcegroups/contoso/providers/Microsoft.ManagedIdentity/userAssignedIdentities/sample";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::guid::Guid;

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
    fn every_certificate_was_read() {
        let tenant = contoso();
        let certificates = tenant.clients.iter().map(|client| match &client.kind {
            ClientKind::Confidential(credentials) => credentials.certificates.len(),
            ClientKind::Public => 0,
        });
        assert_eq!(certificates.collect::<Vec<_>>(), [2, 0, 1, 0, 0]);
    }

    #[test]
    fn every_permission_is_published_by_its_api() {
        let tenant = contoso();
        for client in &tenant.clients {
            for permission in client.permissions.iter().chain(&client.admin_consents) {
                let api = tenant.api(&permission.api).unwrap();
                assert!(
                    permission
                        .scopes
                        .iter()
                        .all(|scope| api.scopes.contains(scope)),
                    "{permission:?}"
                );
            }
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
