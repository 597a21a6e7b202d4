//! A profile: whose token, from where, proved how.

pub(crate) mod auth_method;
pub(crate) mod clear_text;
pub(crate) mod credential_id;
pub(crate) mod demo;
pub(crate) mod description;
pub(crate) mod document;
pub(crate) mod fields;
pub(crate) mod flow;
pub(crate) mod from_environment;
#[cfg(feature = "fuzzing")]
mod fuzzing;
pub(crate) mod in_use;
mod json;
pub(crate) mod proofs;
pub(crate) mod saved;
pub(crate) mod scopes;
mod secret_members;
pub(crate) mod stored_secrets;
pub(crate) mod transfer;

use serde_json::{Map, Value};
use stored_secret::Audience;

use crate::input::named;
use crate::output::error::{BadValue, Error};
use crate::profile::auth_method::AuthMethod;
use crate::profile::flow::Flow;

/// Microsoft's public cloud, for profiles that name no other authority.
pub(crate) const PUBLIC_AUTHORITY: &str = "https://login.microsoftonline.com";

/// One profile.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Profile {
    pub(crate) name: String,
    pub(crate) tenant_id: String,
    pub(crate) client_id: String,
    pub(crate) scopes: Vec<String>,
    /// Stands for `{resource}/.default` where there are no scopes.
    pub(crate) resource: Option<String>,
    /// As written; a name that this version does not know must not lock out the other profiles.
    pub(crate) auth_method: String,
    pub(crate) authority: Option<String>,
    pub(crate) redirect_uri: Option<String>,
    pub(crate) certificate_path: Option<String>,
    pub(crate) private_key_path: Option<String>,
    pub(crate) cache_certificate_password: bool,
    /// Subject name and issuer authentication: the server trusts the issuer instead of this certificate alone.
    pub(crate) send_certificate_chain: bool,
    /// Which managed identity, as `--identity` names it.
    pub(crate) identity: Option<String>,
    /// Whose account, as `--login-hint` names it.
    pub(crate) login_hint: Option<String>,
    /// As written, see `auth_method`.
    pub(crate) default_flow: Option<String>,
    /// Another one whenever another secret is stored for it, so that no token is handed out that an earlier one got.
    pub(crate) credential_id: Option<String>,
    pub(crate) created_at: Option<String>,
    pub(crate) updated_at: Option<String>,
    /// Members that are not ours.
    pub(crate) others: Map<String, Value>,
}

impl Profile {
    /// A profile without settings.
    pub(crate) fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            tenant_id: String::new(),
            client_id: String::new(),
            scopes: Vec::new(),
            resource: None,
            auth_method: named::name(AuthMethod::ClientSecret).to_owned(),
            authority: None,
            redirect_uri: None,
            certificate_path: None,
            private_key_path: None,
            cache_certificate_password: false,
            send_certificate_chain: false,
            identity: None,
            login_hint: None,
            default_flow: None,
            credential_id: None,
            created_at: None,
            updated_at: None,
            others: Map::new(),
        }
    }

    pub(crate) fn authority(&self) -> &str {
        self.authority.as_deref().unwrap_or(PUBLIC_AUTHORITY)
    }

    pub(crate) fn auth_method(&self) -> Result<AuthMethod, Error> {
        self.auth_method.parse().map_err(|bad| self.invalid(bad))
    }

    pub(crate) fn default_flow(&self) -> Result<Option<Flow>, Error> {
        self.default_flow
            .as_deref()
            .map(str::parse)
            .transpose()
            .map_err(|bad| self.invalid(bad))
    }

    /// The profile's flow, else the one that fits what it can prove: with a secret or a
    /// certificate, or a platform that vouches, nobody has to sign in.
    pub(crate) fn flow(&self) -> Result<Flow, Error> {
        if let Some(flow) = self.default_flow()? {
            return Ok(flow);
        }
        Ok(match self.auth_method()? {
            AuthMethod::ClientSecret | AuthMethod::Certificate | AuthMethod::FederatedToken => {
                Flow::ClientCredentials
            }
            AuthMethod::PasswordlessCertificate if self.certificate_path.is_some() => {
                Flow::ClientCredentials
            }
            AuthMethod::PasswordlessCertificate | AuthMethod::None => Flow::InteractiveBrowser,
            AuthMethod::ManagedIdentity => Flow::ManagedIdentity,
        })
    }

    /// The scopes to ask for, which may be none.
    pub(crate) fn effective_scopes(&self) -> Vec<String> {
        match &self.resource {
            Some(resource) if self.scopes.is_empty() => vec![format!("{resource}/.default")],
            _ => self.scopes.clone(),
        }
    }

    /// Whether it is about the same client, and so about the same cached tokens.
    pub(crate) fn has_client_of(&self, other: &Self) -> bool {
        self.authority() == other.authority()
            && self.tenant_id == other.tenant_id
            && self.client_id == other.client_id
            && self.identity == other.identity
    }

    /// Whom its secrets are for.
    pub(crate) fn audience(&self) -> Audience {
        Audience::new(self.authority(), &self.tenant_id, &self.client_id)
    }

    /// False for a profile that proves nothing, or not by a secret, and for which none was ever stored.
    pub(crate) fn may_have_secrets(&self) -> bool {
        self.credential_id.is_some()
            || !matches!(
                self.auth_method(),
                Ok(AuthMethod::None | AuthMethod::ManagedIdentity | AuthMethod::FederatedToken)
            )
    }

    /// Name of the client secret in the secret store.
    pub(crate) fn client_secret_name(&self) -> String {
        format!("profile:{}:client-secret", self.name)
    }

    /// Name of the certificate's password in the secret store.
    pub(crate) fn certificate_password_name(&self) -> String {
        format!("profile:{}:certificate-password", self.name)
    }

    fn invalid(&self, bad: BadValue) -> Error {
        Error {
            message: format!(
                "invalid profile configuration of '{}': {}",
                self.name, bad.message
            ),
            ..Error::from(bad)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flow_follows_from_what_the_profile_can_prove() {
        for (method, path, default, expected) in [
            ("ClientSecret", None, None, Flow::ClientCredentials),
            ("Certificate", Some("c.pfx"), None, Flow::ClientCredentials),
            (
                "PasswordlessCertificate",
                Some("c.pfx"),
                None,
                Flow::ClientCredentials,
            ),
            (
                "PasswordlessCertificate",
                None,
                None,
                Flow::InteractiveBrowser,
            ),
            ("None", None, None, Flow::InteractiveBrowser),
            ("None", None, Some("DeviceCode"), Flow::DeviceCode),
            ("ManagedIdentity", None, None, Flow::ManagedIdentity),
            ("FederatedToken", None, None, Flow::ClientCredentials),
            ("WorkloadIdentity", None, None, Flow::ClientCredentials),
        ] {
            let profile = Profile {
                auth_method: method.to_owned(),
                certificate_path: path.map(str::to_owned),
                default_flow: default.map(str::to_owned),
                ..Profile::named("p")
            };
            assert_eq!(profile.flow().unwrap(), expected, "{method}");
        }
    }

    #[test]
    fn a_resource_stands_in_for_scopes() {
        let mut profile = Profile {
            resource: Some("https://contoso.com/".to_owned()),
            ..Profile::named("p")
        };
        assert_eq!(
            profile.effective_scopes(),
            ["https://contoso.com//.default"]
        );
        profile.scopes = vec!["api://x/a".to_owned()];
        assert_eq!(profile.effective_scopes(), ["api://x/a"]);
    }
}
