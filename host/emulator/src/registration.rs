//! What a tenant's administrator has registered: applications, APIs and people.
//!
//! <https://learn.microsoft.com/entra/identity-platform/application-model>

use std::fmt;

use crate::clock::UnixTime;

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
}

impl Tenant {
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
#[derive(Clone, Debug)]
pub struct Client {
    /// The application (client) id, a GUID.
    pub id: String,
    /// The object id of the application's service principal: `oid` and `sub` of app-only tokens.
    pub object_id: String,
    /// The display name.
    pub name: String,
    /// How it authenticates.
    pub kind: ClientKind,
    /// Application permissions that an administrator granted.
    pub app_roles: Vec<AppRole>,
}

/// How a client authenticates.
#[derive(Clone, Debug)]
pub enum ClientKind {
    /// With one of these secrets.
    Confidential {
        /// The registered secrets, ended ones included.
        secrets: Vec<Secret>,
    },
    /// Not at all: it runs on people's devices.
    Public {
        /// Where sign-in answers may go.
        redirect_uris: Vec<String>,
    },
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
        assert!(!format!("{:?}", crate::contoso().users).contains("password"));
    }
}
