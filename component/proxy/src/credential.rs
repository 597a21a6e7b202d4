//! The proofs that identities have, from where the configuration says that they are.

use protocol::edge::configuration::identity::{Identity, Proof, SecretPlace};

use crate::bindings::entra_auth::core::errors::Problem;
use crate::bindings::entra_auth::core::files;
use crate::bindings::entra_auth::core::tokens;
use crate::bindings::entra_auth::core::tokens::{
    AssertionSource, Certificate, Credential, Environment, ManagedIdentity, Secret,
};
use crate::bindings::wasi::cli::environment;

/// A certificate with its chain and key, or a token.
const LONGEST_FILE: u32 = 256 * 1024;

/// Where the proof for a request comes from.
pub(crate) enum Source {
    /// The same for all requests.
    Kept(Credential),
    /// Read anew: platforms replace it.
    TokenFile(String),
    /// The platform's own.
    Platform(tokens::Identity),
}

impl Source {
    pub(crate) fn of(identity: &Identity) -> Result<Self, Problem> {
        match identity {
            Identity::Managed(client_id) => Ok(Self::Platform(match client_id {
                Some(client_id) => tokens::Identity::ClientId(client_id.clone()),
                None => tokens::Identity::SystemAssigned,
            })),
            Identity::Client { proof, .. } => match proof {
                Proof::Secret(place) => Ok(Self::Kept(Credential::Secret(secret(place)?))),
                Proof::Certificate { path, password } => {
                    Ok(Self::Kept(Credential::Certificate(Certificate {
                        name: path.clone(),
                        content: file(path)?,
                        private_key: None,
                        password: password.as_ref().map(secret).transpose()?,
                        send_chain: false,
                    })))
                }
                Proof::FederatedToken(path) => Ok(Self::TokenFile(path.clone())),
            },
        }
    }

    /// The proof for one request.
    pub(crate) fn credential(&self) -> Result<Credential, Problem> {
        match self {
            Self::Kept(credential) => Ok(credential.clone()),
            Self::TokenFile(path) => Ok(Credential::Assertion(AssertionSource::Given(text(path)?))),
            Self::Platform(_) => Ok(Credential::None),
        }
    }

    /// The managed identity, where it is one.
    pub(crate) fn managed_identity(&self) -> Option<ManagedIdentity> {
        match self {
            Self::Platform(identity) => Some(ManagedIdentity {
                identity: identity.clone(),
                environment: Environment {
                    variables: environment::get_environment(),
                    arc_agent: false,
                },
                patience: None,
            }),
            Self::Kept(_) | Self::TokenFile(_) => None,
        }
    }
}

fn secret(place: &SecretPlace) -> Result<Secret, Problem> {
    let (stored, given) = match place {
        SecretPlace::Store(name) => (Some(name.clone()), None),
        SecretPlace::Variable(name) => (None, Some(variable(name)?)),
        SecretPlace::File(path) => (None, Some(text(path)?)),
    };
    Ok(Secret {
        stored,
        generation: None,
        given,
    })
}

fn variable(name: &str) -> Result<String, Problem> {
    let variables = environment::get_environment();
    let found = variables.into_iter().find(|(other, _)| other == name);
    let (_, value) = found.ok_or_else(|| Problem {
        message: format!("the variable `{name}` is not set"),
        hint: Some("set it where the proxy is started, and let the engine pass it on".to_owned()),
    })?;
    not_empty(value, &format!("the variable `{name}`"))
}

fn text(path: &str) -> Result<String, Problem> {
    let text = ::text::decode(&file(path)?).map_err(|fault| Problem {
        message: format!("`{path}` {fault}"),
        hint: Some("write it as UTF-8".to_owned()),
    })?;
    // Editors end a file with a line end.
    not_empty(
        text.trim_end_matches(['\r', '\n']).to_owned(),
        &format!("`{path}`"),
    )
}

fn not_empty(text: String, place: &str) -> Result<String, Problem> {
    match text.is_empty() {
        true => Err(Problem {
            message: format!("{place} is empty"),
            hint: Some("put there what the proxy is to prove itself with".to_owned()),
        }),
        false => Ok(text),
    }
}

fn file(path: &str) -> Result<Vec<u8>, Problem> {
    files::read(path, LONGEST_FILE).map_err(|failure| Problem {
        message: failure.message,
        hint: failure.hint,
    })
}
