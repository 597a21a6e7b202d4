//! How the client proves who it is in one call: from the profile, a flag or the environment.

use crate::bindings::tokens::{Certificate, Credential, Secret as StoredSecret};
use crate::input::environment::variable;
use crate::input::file;
use crate::input::secret::Secret;
use crate::output::error::Error;
use crate::output::printable::printable;
use crate::profile::Profile;
use crate::profile::auth_method::AuthMethod;
use crate::profile::demo;
use crate::profile::flow::Flow;
use crate::profile::from_environment::{
    CERTIFICATE_PASSWORD, CLIENT_SECRET, offers_federated_token,
};
use crate::profile::in_use::{InUse, Source};
use crate::request::environment_proof::EnvironmentProof;
use crate::request::federation;
use crate::request::purpose::Purpose;

/// Larger than any certificate file with its chain.
pub(crate) const CERTIFICATE_LIMIT: u32 = 1 << 20;

/// A secret given for the call is used whatever the profile says. Otherwise browser and device
/// sign-in are a public client's, and the other flows prove what the profile can prove.
pub(crate) fn of(
    in_use: &InUse,
    flow: Flow,
    given: Option<Secret>,
    purpose: Purpose,
    proof: &EnvironmentProof<impl Fn(&str) -> Option<String>>,
) -> Result<Credential, Error> {
    let profile = &in_use.profile;
    match (flow, given) {
        (Flow::ManagedIdentity, _) => Ok(Credential::None),
        (_, Some(secret)) => Ok(given_only(secret.reveal())),
        (Flow::DeviceCode | Flow::InteractiveBrowser, None) => Ok(Credential::None),
        (Flow::AuthorizationCode | Flow::ClientCredentials | Flow::OnBehalfOf, None) => {
            match profile.auth_method()? {
                AuthMethod::ClientSecret => Ok(client_secret(in_use, proof)),
                AuthMethod::Certificate | AuthMethod::PasswordlessCertificate => {
                    certificate(profile, proof).map(Credential::Certificate)
                }
                AuthMethod::FederatedToken => of_platform(purpose, proof),
                AuthMethod::None | AuthMethod::ManagedIdentity => match flow {
                    Flow::ClientCredentials | Flow::OnBehalfOf => {
                        from_environment(flow, purpose, proof)
                    }
                    _ => Ok(Credential::None),
                },
            }
        }
    }
}

/// What the environment can prove for a profile that cannot prove anything.
fn from_environment(
    flow: Flow,
    purpose: Purpose,
    proof: &EnvironmentProof<impl Fn(&str) -> Option<String>>,
) -> Result<Credential, Error> {
    if let Some(secret) = proof.variable(CLIENT_SECRET) {
        Ok(given_only(&secret))
    } else if offers_federated_token(|name| proof.variable(name)) {
        federated(purpose)
    } else {
        Err(nothing_to_prove(flow))
    }
}

/// The platform's token, if it may prove this profile.
fn of_platform(
    purpose: Purpose,
    proof: &EnvironmentProof<impl Fn(&str) -> Option<String>>,
) -> Result<Credential, Error> {
    match proof.withheld() {
        Some(reason) if purpose != Purpose::LookUp => Err(Error::bad_arguments(
            reason,
            "unset what names another one, or name the profile that is meant",
        )),
        Some(_) | None => federated(purpose),
    }
}

/// Looking up a stored token takes no proof, and the file may be gone by now.
pub(crate) fn federated(purpose: Purpose) -> Result<Credential, Error> {
    match purpose {
        Purpose::LookUp => Ok(Credential::None),
        Purpose::Renew | Purpose::SignIn => federation::source(variable).map(Credential::Assertion),
    }
}

fn nothing_to_prove(flow: Flow) -> Error {
    Error::bad_arguments(
        format!(
            "flow {flow} needs a secret, a certificate or a federated token, and there is none"
        ),
        "add `--client-secret -`, set AZURE_CLIENT_SECRET or AZURE_FEDERATED_TOKEN_FILE, or choose another `--flow`",
    )
}

fn given_only(secret: &str) -> Credential {
    Credential::Secret(StoredSecret {
        stored: None,
        generation: None,
        given: Some(secret.to_owned()),
    })
}

/// The stored secret goes first, the environment's stands in for it.
fn client_secret(
    in_use: &InUse,
    proof: &EnvironmentProof<impl Fn(&str) -> Option<String>>,
) -> Credential {
    let profile = &in_use.profile;
    let name = match in_use.source {
        Source::Demo => return given_only(demo::CLIENT_SECRET),
        Source::Environment => None,
        Source::Saved => Some(profile.client_secret_name()),
    };
    Credential::Secret(stored_first(name, profile, proof.variable(CLIENT_SECRET)))
}

/// Where a secret is given and none was ever stored for the profile, no store is woken.
fn stored_first(name: Option<String>, profile: &Profile, given: Option<String>) -> StoredSecret {
    let generation = profile.credential_id.clone();
    StoredSecret {
        stored: name.filter(|_| generation.is_some() || given.is_none()),
        generation,
        given,
    }
}

fn certificate(
    profile: &Profile,
    proof: &EnvironmentProof<impl Fn(&str) -> Option<String>>,
) -> Result<Certificate, Error> {
    let path = profile.certificate_path.as_deref().ok_or_else(|| {
        Error::bad_arguments(
            format!("profile '{}' names no certificate file", profile.name),
            "create it again with `--certificate-path`, or choose another `--flow`",
        )
    })?;
    let private_key = profile
        .private_key_path
        .as_deref()
        .map(|path| file::read(path, CERTIFICATE_LIMIT))
        .transpose()?;
    Ok(Certificate {
        name: format!("`{}`", printable(path)),
        content: file::read(path, CERTIFICATE_LIMIT)?,
        private_key,
        password: certificate_password(profile, proof)?,
        send_chain: profile.send_certificate_chain,
    })
}

/// The stored password, else the environment's. Where the file turns out to need one and there is neither, a person is asked.
fn certificate_password(
    profile: &Profile,
    proof: &EnvironmentProof<impl Fn(&str) -> Option<String>>,
) -> Result<Option<StoredSecret>, Error> {
    let given = proof.variable(CERTIFICATE_PASSWORD);
    let has_none = profile.auth_method()? == AuthMethod::PasswordlessCertificate;
    if profile.cache_certificate_password && !has_none {
        let name = profile.certificate_password_name();
        return Ok(Some(stored_first(Some(name), profile, given)));
    }
    Ok(given.map(|password| StoredSecret {
        stored: None,
        generation: None,
        given: Some(password),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::PUBLIC_AUTHORITY;
    use crate::profile::in_use::Choice;

    fn in_use(source: Source, method: &str) -> InUse {
        InUse {
            profile: Profile {
                auth_method: method.to_owned(),
                client_id: "c".to_owned(),
                ..Profile::named("p")
            },
            source,
            choice: Choice::Named,
        }
    }

    fn proof(in_use: &InUse) -> EnvironmentProof<impl Fn(&str) -> Option<String>> {
        EnvironmentProof::of(in_use, PUBLIC_AUTHORITY, false, |_| None)
    }

    #[test]
    fn stored_secrets_are_named_for_saved_profiles_alone() {
        for (source, expected) in [
            (Source::Saved, Some("profile:p:client-secret")),
            (Source::Environment, None),
            (Source::Demo, None),
        ] {
            let in_use = in_use(source, "ClientSecret");
            let Credential::Secret(secret) = client_secret(&in_use, &proof(&in_use)) else {
                panic!("{source:?} has no secret");
            };
            assert_eq!(secret.stored.as_deref(), expected, "{source:?}");
        }
    }

    #[test]
    fn the_credential_follows_from_flow_and_method() {
        for (flow, method, given, expected) in [
            (
                Flow::ClientCredentials,
                "ClientSecret",
                None,
                Some("stored"),
            ),
            (
                Flow::ClientCredentials,
                "ClientSecret",
                Some("x"),
                Some("given"),
            ),
            (Flow::ClientCredentials, "None", Some("x"), Some("given")),
            (Flow::ClientCredentials, "None", None, None),
            (Flow::OnBehalfOf, "ClientSecret", None, Some("stored")),
            (Flow::OnBehalfOf, "None", Some("x"), Some("given")),
            (Flow::OnBehalfOf, "None", None, None),
            (Flow::DeviceCode, "ClientSecret", None, Some("none")),
            (
                Flow::InteractiveBrowser,
                "PasswordlessCertificate",
                None,
                Some("none"),
            ),
            (
                Flow::AuthorizationCode,
                "ClientSecret",
                None,
                Some("stored"),
            ),
            (Flow::AuthorizationCode, "None", None, Some("none")),
            (
                Flow::ClientCredentials,
                "FederatedToken",
                None,
                Some("none"),
            ),
            (
                Flow::ClientCredentials,
                "FederatedToken",
                Some("x"),
                Some("given"),
            ),
            (Flow::DeviceCode, "FederatedToken", None, Some("none")),
            (
                Flow::ManagedIdentity,
                "ClientSecret",
                Some("x"),
                Some("none"),
            ),
        ] {
            let given = given.map(|text: &str| Secret::new(text.to_owned()));
            let in_use = in_use(Source::Saved, method);
            let kind = of(&in_use, flow, given, Purpose::LookUp, &proof(&in_use))
                .ok()
                .map(|credential| match credential {
                    Credential::None => "none",
                    Credential::Secret(secret) if secret.stored.is_some() => "stored",
                    Credential::Secret(_) => "given",
                    Credential::Certificate(_) => "certificate",
                    Credential::Assertion(_) => "assertion",
                });
            assert_eq!(kind, expected, "{flow} {method}");
        }
    }
}
