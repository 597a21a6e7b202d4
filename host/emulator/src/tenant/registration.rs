//! What a tenant's administrator has registered: applications, APIs and people.
//!
//! <https://learn.microsoft.com/entra/identity-platform/application-model>

use std::fmt;

use crate::refusal::Refusal;
use crate::tenant::certificate::Certificate;
use crate::value::{guid::Guid, time::UnixTime};

/// A directory with its registrations. Every member is public: push what a test or an embedder
/// needs.
#[derive(Clone, Debug, Default)]
pub struct Tenant {
    /// The tenant's GUID, in lower case.
    pub id: String,
    /// Verified domains and other spellings that stand for the GUID in a URL.
    pub aliases: Vec<String>,
    /// Applications that ask for tokens.
    pub clients: Vec<Client>,
    /// Applications that accept tokens.
    pub apis: Vec<Api>,
    /// People who can sign in.
    pub users: Vec<User>,
    /// Identities that the platform lends to programs on it.
    pub managed_identities: Vec<ManagedIdentity>,
}

impl Tenant {
    /// Registers a certificate for the first client that has credentials.
    pub fn register(&mut self, certificate: Certificate) {
        let credentials = self
            .clients
            .iter_mut()
            .find_map(|client| match &mut client.kind {
                ClientKind::Confidential(credentials) => Some(credentials),
                ClientKind::Public => None,
            });
        if let Some(credentials) = credentials {
            credentials.certificates.push(certificate);
        }
    }

    /// Whether a URL's first segment means this tenant.
    pub(crate) fn is_called(&self, segment: &str) -> bool {
        segment.eq_ignore_ascii_case(&self.id)
            || self
                .aliases
                .iter()
                .any(|alias| segment.eq_ignore_ascii_case(alias))
    }

    /// The application with this client id.
    pub(crate) fn client(&self, id: &str) -> Option<&Client> {
        self.clients
            .iter()
            .find(|client| client.id.eq_ignore_ascii_case(id))
    }

    /// The application with this client id, or why there is none.
    pub(crate) fn registered_client(&self, id: &str) -> Result<&Client, Refusal> {
        if Guid::parse(id).is_none() {
            return Err(Refusal::client_id_is_no_guid(id));
        }
        self.client(id)
            .ok_or_else(|| Refusal::unknown_client(id, &self.id))
    }

    /// The person with this object id.
    pub(crate) fn user(&self, object_id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.object_id == object_id)
    }

    /// The person who signs in with this name.
    pub(crate) fn user_named(&self, name: &str) -> Option<&User> {
        let name = name.trim();
        self.users
            .iter()
            .find(|user| user.user_principal_name.eq_ignore_ascii_case(name))
    }

    /// The API that a scope's resource part names: by App ID URI, with or without one trailing
    /// slash, or by GUID.
    pub(crate) fn api(&self, resource: &str) -> Option<&Api> {
        let without_slash = |uri: &str| uri.strip_suffix('/').unwrap_or(uri).to_owned();
        self.apis.iter().find(|api| {
            without_slash(&api.app_id_uri) == without_slash(resource)
                || api.client_id.eq_ignore_ascii_case(resource)
        })
    }
}

/// An application that asks for tokens.
#[derive(Clone, Debug, Default)]
pub struct Client {
    /// The application (client) id, a GUID.
    pub id: String,
    /// The object id of the application's service principal: `oid` and `sub` of app-only tokens.
    pub object_id: String,
    /// The display name.
    pub name: String,
    /// Whether people of any tenant may sign in, so that `common` and `organizations` do.
    pub is_multi_tenant: bool,
    /// Whether it is Microsoft's own: usable in every tenant, and registered in none.
    pub is_first_party: bool,
    /// How it authenticates.
    pub kind: ClientKind,
    /// Where sign-in answers may go.
    pub redirect_uris: Vec<RedirectUri>,
    /// Application permissions that an administrator granted.
    pub app_roles: Vec<AppRole>,
    /// Delegated permissions that its registration lists: what `/.default` asks people for.
    pub permissions: Vec<Permission>,
    /// Delegated permissions to which an administrator consented for everybody.
    pub admin_consents: Vec<Permission>,
}

/// How a client authenticates.
#[derive(Clone, Debug, Default)]
pub enum ClientKind {
    /// With one of these credentials.
    Confidential(Credentials),
    /// Not at all: it runs on people's devices.
    #[default]
    Public,
}

/// What proves that a client is itself.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// Secrets, ended ones included.
    pub secrets: Vec<Secret>,
    /// Certificates whose keys may sign client assertions.
    pub certificates: Vec<Certificate>,
    /// Workloads elsewhere whose tokens stand in for a client assertion.
    pub federated: Vec<FederatedCredential>,
}

/// A workload of another issuer that may act as the client. All three members are compared exactly.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FederatedCredential {
    /// The claim `iss` of the workload's token.
    pub issuer: String,
    /// Its claim `sub`.
    pub subject: String,
    /// Its claim `aud`.
    pub audience: String,
}

/// An address that sign-in answers may go to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RedirectUri {
    /// Which kind of application is there.
    pub platform: Platform,
    /// The address. Of a loopback one the port is ignored.
    pub uri: String,
}

/// The kinds of application that the registration tells apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Platform {
    /// Mobile and desktop applications: no credential.
    PublicClient,
    /// Single-page applications: no credential, and an `Origin` header.
    Spa,
    /// Servers: a credential.
    Web,
}

/// Delegated permissions of one API.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Permission {
    /// The API's App ID URI.
    pub api: String,
    /// Scopes that the API publishes.
    pub scopes: Vec<String>,
}

/// An identity that the platform lends to programs on it.
#[derive(Clone, Debug)]
pub struct ManagedIdentity {
    /// The client id, a GUID.
    pub client_id: String,
    /// The object id of its service principal.
    pub object_id: String,
    /// The Azure resource id of a user-assigned identity; the system-assigned one has none.
    pub resource_id: Option<String>,
    /// Application permissions that an administrator granted.
    pub app_roles: Vec<AppRole>,
}

/// A client secret. It has no `Debug` that shows it.
#[derive(Clone)]
pub struct Secret {
    /// The secret's value.
    pub value: String,
    /// When it stops working, if ever.
    pub ends: Option<UnixTime>,
}

impl Secret {
    /// Whether it no longer works.
    pub(crate) fn is_ended_at(&self, now: UnixTime) -> bool {
        self.ends.is_some_and(|ends| ends <= now)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Secret")
            .field("ends", &self.ends)
            .finish_non_exhaustive()
    }
}

/// An application permission: a role of an API, held by a client.
#[derive(Clone, Debug)]
pub struct AppRole {
    /// The API's App ID URI.
    pub api: String,
    /// The role's value, as in the claim `roles`.
    pub value: String,
}

/// An application that accepts tokens.
#[derive(Clone, Debug)]
pub struct Api {
    /// The application (client) id, a GUID.
    pub client_id: String,
    /// The display name.
    pub name: String,
    /// The App ID URI.
    pub app_id_uri: String,
    /// Whether it is Microsoft's own, registered elsewhere and only known in this tenant.
    pub is_first_party: bool,
    /// Which shape of access token the API asked for in its manifest
    /// (`api.requestedAccessTokenVersion`).
    pub token_version: TokenVersion,
    /// Delegated permissions that it publishes.
    pub scopes: Vec<String>,
    /// Application permissions that it publishes.
    pub app_roles: Vec<String>,
}

/// The shape of a token, or of the metadata that goes with it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TokenVersion {
    /// `ver` is `1.0`, `aud` is what the client asked for.
    V1,
    /// `ver` is `2.0`, `aud` is the API's client id.
    V2,
}

/// Somebody who can sign in.
#[derive(Clone)]
pub struct User {
    /// The object id, a GUID.
    pub object_id: String,
    /// The display name.
    pub name: String,
    /// The user principal name.
    pub user_principal_name: String,
    /// The password.
    pub password: String,
}

impl fmt::Debug for User {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("User")
            .field("user_principal_name", &self.user_principal_name)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_hides_secrets() {
        let secret = Secret {
            value: "hidden".into(),
            ends: None,
        };
        assert!(!format!("{secret:?}").contains("hidden"));
        assert!(!format!("{:?}", crate::tenant::contoso::contoso().users).contains("password"));
    }
}
