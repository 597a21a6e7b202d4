//! As whom a proxy calls on.

use std::collections::BTreeMap;

use crate::authority::{Authority, DEFAULT_INSTANCE};
use crate::edge::configuration::fault::Fault;
use crate::edge::configuration::{bounded, document};
use crate::request::client_id::ClientId;
use crate::request::scope::Scopes;
use crate::value::printable::quoted;

/// Where a secret is; it is never written into a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretPlace {
    /// By its name in the secret store (`store:NAME`).
    Store(String),
    /// In an environment variable (`env:NAME`).
    Variable(String),
    /// In a file (`file:PATH`).
    File(String),
}

impl SecretPlace {
    fn parse(text: &str) -> Result<Self, Fault> {
        match text.split_once(':') {
            Some(("store", name)) if !name.is_empty() => Ok(Self::Store(name.to_owned())),
            Some(("env", name)) if !name.is_empty() => Ok(Self::Variable(name.to_owned())),
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(path.to_owned())),
            // Not quoted: it may be the secret itself.
            _ => Err(
                Fault::new("a secret is named and not written here").with_hint(
                    "write `store:NAME`, `env:VARIABLE` or `file:PATH`, and put the secret there",
                ),
            ),
        }
    }
}

/// How the client proves who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// With a secret.
    Secret(SecretPlace),
    /// With a certificate and its key, in a PFX or PEM file.
    Certificate {
        /// The file.
        path: String,
        /// Where its password is.
        password: Option<SecretPlace>,
    },
    /// With a token of a platform, in a file that is read anew for each request.
    FederatedToken(String),
}

/// An identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// An application.
    Client {
        /// The sign-in host.
        authority: String,
        /// GUID or domain.
        tenant: String,
        /// Its id.
        client_id: String,
        /// Its proof.
        proof: Proof,
    },
    /// That of the machine or service: `None` is its own, else the client id of one assigned to it.
    Managed(Option<String>),
}

impl Identity {
    pub(super) fn new(given: &document::Identity) -> Result<Self, Fault> {
        if let Some(managed) = &given.managed_identity {
            return Self::managed(managed, given);
        }
        let needed = |value: &Option<String>, key: &str| {
            let value = value.clone();
            value.ok_or_else(|| Fault::new(format!("`{key}` is missing")))
        };
        let authority = given.authority.as_deref().unwrap_or(DEFAULT_INSTANCE);
        let tenant = needed(&given.tenant, "tenant")?;
        let client_id = needed(&given.client_id, "client-id")?;
        let checked = Authority::parse(authority, &tenant).and_then(|authority| {
            ClientId::parse(&client_id)?;
            Ok(authority)
        });
        if checked.map_err(Fault::from)?.is_multi_tenant() {
            return Err(Fault::new(format!(
                "tenant {} leaves open which one is meant",
                quoted(&tenant)
            )));
        }
        Ok(Self::Client {
            authority: authority.to_owned(),
            tenant,
            client_id,
            proof: Proof::new(given)?,
        })
    }

    /// Where its secret is, or the password of its certificate.
    pub(super) const fn secret_place(&self) -> Option<&SecretPlace> {
        match self {
            Self::Managed(_) => None,
            Self::Client { proof, .. } => match proof {
                Proof::Secret(place) => Some(place),
                Proof::Certificate { password, .. } => password.as_ref(),
                Proof::FederatedToken(_) => None,
            },
        }
    }

    fn managed(managed: &str, given: &document::Identity) -> Result<Self, Fault> {
        let others = [
            &given.authority,
            &given.tenant,
            &given.client_id,
            &given.secret,
        ];
        let others = others.into_iter().chain([
            &given.certificate,
            &given.certificate_password,
            &given.federated_token,
        ]);
        if others.flatten().next().is_some() {
            return Err(Fault::new("a managed identity has nothing else to say")
                .with_hint("the platform knows tenant and client; leave the other keys out"));
        }
        match managed {
            "system" => Ok(Self::Managed(None)),
            client_id => {
                ClientId::parse(client_id).map_err(Fault::from)?;
                Ok(Self::Managed(Some(client_id.to_owned())))
            }
        }
    }
}

impl Proof {
    fn new(given: &document::Identity) -> Result<Self, Fault> {
        let password = given.certificate_password.as_deref();
        match (&given.secret, &given.certificate, &given.federated_token) {
            (Some(secret), None, None) if password.is_none() => {
                SecretPlace::parse(secret).map(Self::Secret)
            }
            (None, Some(path), None) => Ok(Self::Certificate {
                path: path.clone(),
                password: password.map(SecretPlace::parse).transpose()?,
            }),
            (None, None, Some(path)) if password.is_none() => {
                Ok(Self::FederatedToken(path.clone()))
            }
            _ => Err(Fault::new("it takes one proof").with_hint(
                "give one of `secret`, `certificate`, `federated-token` or `managed-identity`",
            )),
        }
    }
}

/// The token that goes along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attach {
    /// As whom, by the name of an identity.
    pub identity: String,
    /// For whom.
    pub grant: Grant,
    /// What for.
    pub scopes: Vec<String>,
}

/// For whom a token is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// The identity itself.
    ClientCredentials,
    /// Whoever called, by their token.
    OnBehalfOf,
}

impl Attach {
    /// With one of these identities.
    pub(super) fn among(
        identities: &BTreeMap<String, Identity>,
        given: &document::Attach,
    ) -> Result<Self, Fault> {
        bounded(&[&given.scopes])?;
        let identity = identities
            .get(&given.identity)
            .ok_or_else(|| Fault::new(format!("there is no identity `{}`", given.identity)))?;
        Self::new(given, identity)
    }

    fn new(given: &document::Attach, identity: &Identity) -> Result<Self, Fault> {
        let grant = match given.grant.as_deref() {
            None | Some("client-credentials") => Grant::ClientCredentials,
            Some("on-behalf-of") => Grant::OnBehalfOf,
            Some(other) => {
                return Err(Fault::new(format!("grant {} is unknown", quoted(other)))
                    .with_hint("use `client-credentials` or `on-behalf-of`"));
            }
        };
        if grant == Grant::OnBehalfOf && matches!(identity, Identity::Managed(_)) {
            return Err(
                Fault::new("a managed identity cannot act on behalf of somebody")
                    .with_hint("use a client with a federated token or a secret"),
            );
        }
        let scopes = Scopes::parse_all(given.scopes.iter().map(String::as_str));
        let scopes = scopes.map_err(Fault::from)?;
        let checked = match grant {
            Grant::ClientCredentials => scopes.for_application(),
            Grant::OnBehalfOf => scopes.for_user(),
        };
        checked.map_err(Fault::from)?;
        Ok(Self {
            identity: given.identity.clone(),
            grant,
            scopes: given.scopes.clone(),
        })
    }
}
