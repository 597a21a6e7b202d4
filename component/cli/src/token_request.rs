//! From a profile and the flags of one call to a request of the contract.

use clap::Args;

use crate::auth_method::AuthMethod;
use crate::bindings::errors::Fault;
use crate::bindings::prompt::{self, Echo};
use crate::bindings::tokens::{
    Browser, Certificate, Credential, Grant, ManagedIdentity, Request, Secret as StoredSecret,
};
use crate::bindings::{files, gate};
use crate::demo;
use crate::duration::TimeLimit;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::flow::Flow;
use crate::output::Output;
use crate::profile::Profile;
use crate::profile_fields;
use crate::secret::{Secret, SecretArgument};
use crate::selection::{self, Selected, Source};

/// Larger than any certificate file with its chain.
const CERTIFICATE_LIMIT: u32 = 1 << 20;

/// Which token is meant.
#[derive(Args, Default)]
pub(crate) struct WhichToken {
    /// Profile [default: $ENTRA_TOKEN_PROFILE, `default`, the only one]
    #[arg(short, long, value_name = "NAME")]
    profile: Option<String>,

    /// Scopes for this call, separated by spaces or commas
    #[arg(short, long, alias = "scopes", value_name = "SCOPES")]
    scope: Option<String>,

    /// Flow for this call, such as ClientCredentials or DeviceCode
    #[arg(short, long, value_name = "FLOW")]
    flow: Option<Flow>,

    /// Client secret for this call; `-` reads it from stdin
    #[arg(long, value_name = "VALUE|-", allow_hyphen_values = true)]
    client_secret: Option<SecretArgument>,

    /// Time limit: 30s, 2m [default: 60s; none for sign-in by a person]
    #[arg(long, value_name = "DURATION")]
    timeout: Option<TimeLimit>,
}

/// Whether a request is about to be sent, so that a person may be asked for what is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    LookUp,
    Send,
}

/// A request and the profile that it was made from.
pub(crate) struct Prepared {
    pub(crate) request: Request,
    pub(crate) selected: Selected,
}

impl Prepared {
    /// How messages name the profile.
    pub(crate) fn label(&self) -> String {
        match self.selected.source {
            Source::Environment => "the environment's client".to_owned(),
            Source::Demo | Source::Saved => format!("profile '{}'", self.selected.profile.name),
        }
    }

    /// An error of the token logic, with the advice that only the profile's owner can give.
    pub(crate) fn explain(&self, error: crate::bindings::errors::Error) -> Error {
        let mut error = Error::from(error);
        if self.selected.source == Source::Demo && error.code == ExitCode::NetworkFailed {
            error.hint = Some(demo::ELSEWHERE_HINT.to_owned());
        }
        error
    }
}

impl WhichToken {
    /// What the profile itself asks for.
    pub(crate) fn of(profile: Option<String>) -> Self {
        Self {
            profile,
            ..Self::default()
        }
    }

    /// Select the profile, make the request, and permit its authority.
    pub(crate) fn prepare(&self, purpose: Purpose, output: &Output) -> Result<Prepared, Error> {
        let selected = selection::implied(self.profile.as_deref(), output)?;
        let profile = &selected.profile;
        let flow = self.chosen_flow(profile)?;
        let scopes = self.chosen_scopes(profile)?;
        check_identity(profile, flow)?;
        let given = self.given_secret(output)?;
        let time_limit = match self.timeout {
            Some(limit) => Some(limit),
            None => (!flow.needs_person()).then_some(TimeLimit::DEFAULT),
        };
        let request = Request {
            authority: profile.authority().to_owned(),
            tenant: profile.tenant_id.clone(),
            client_id: profile.client_id.clone(),
            credential: credential(&selected, flow, given, purpose, output)?,
            grant: grant(profile, flow),
            scopes,
            claims: None,
            time_limit: time_limit.map(TimeLimit::seconds),
        };
        gate::permit(&request.authority)?;
        Ok(Prepared { request, selected })
    }

    fn chosen_flow(&self, profile: &Profile) -> Result<Flow, Error> {
        match self.flow {
            Some(flow) => Ok(flow),
            // A secret at hand is there to be used.
            None if self.client_secret.is_some() && profile.default_flow()?.is_none() => {
                Ok(Flow::ClientCredentials)
            }
            None => profile.flow(),
        }
    }

    fn chosen_scopes(&self, profile: &Profile) -> Result<Vec<String>, Error> {
        let scopes = match &self.scope {
            Some(text) => profile_fields::scopes(text)?,
            None => profile.effective_scopes(),
        };
        if scopes.is_empty() {
            return Err(Error::bad_arguments(
                "no scope is given",
                "add `--scope`, such as `--scope api://your-api-id/.default`",
            ));
        }
        Ok(scopes)
    }

    fn given_secret(&self, output: &Output) -> Result<Option<Secret>, Error> {
        let Some(argument) = &self.client_secret else {
            return Ok(None);
        };
        if argument.is_on_command_line() {
            output.notice(COMMAND_LINE_WARNING);
        }
        argument.read("client secret").map(Some)
    }
}

/// Why `--client-secret -` is better.
pub(crate) const COMMAND_LINE_WARNING: &str = "warning: a secret on the command line can be seen by other programs and stays in the shell's history; `-` reads it from stdin";

fn check_identity(profile: &Profile, flow: Flow) -> Result<(), Error> {
    if flow == Flow::ManagedIdentity {
        return Ok(());
    }
    let missing = if profile.tenant_id.is_empty() {
        "tenant_id"
    } else if profile.client_id.is_empty() {
        "client_id"
    } else {
        return Ok(());
    };
    Err(Error::bad_arguments(
        format!("invalid profile configuration: missing {missing}"),
        format!(
            "create it again with `entra-auth-cli config create -p {} --force`",
            profile.name
        ),
    ))
}

fn grant(profile: &Profile, flow: Flow) -> Grant {
    match flow {
        Flow::ClientCredentials => Grant::ClientCredentials,
        Flow::DeviceCode => Grant::DeviceCode,
        Flow::AuthorizationCode | Flow::InteractiveBrowser => Grant::AuthorizationCode(Browser {
            redirect_uri: profile.redirect_uri.clone(),
            ports: None,
            prompt: None,
            login_hint: None,
            domain_hint: None,
            show_url: false,
        }),
        Flow::ManagedIdentity => Grant::ManagedIdentity(if profile.client_id.is_empty() {
            ManagedIdentity::SystemAssigned
        } else {
            ManagedIdentity::ClientId(profile.client_id.clone())
        }),
    }
}

/// A secret given for the call is used whatever the profile says. Otherwise browser and device
/// sign-in are a public client's, and the other flows prove what the profile can prove.
fn credential(
    selected: &Selected,
    flow: Flow,
    given: Option<Secret>,
    purpose: Purpose,
    output: &Output,
) -> Result<Credential, Error> {
    let profile = &selected.profile;
    match (flow, given) {
        (Flow::ManagedIdentity, _) => Ok(Credential::None),
        (_, Some(secret)) => Ok(given_only(secret.reveal())),
        (Flow::DeviceCode | Flow::InteractiveBrowser, None) => Ok(Credential::None),
        (Flow::AuthorizationCode | Flow::ClientCredentials, None) => {
            match profile.auth_method()? {
                AuthMethod::ClientSecret => Ok(client_secret(selected)),
                AuthMethod::Certificate | AuthMethod::PasswordlessCertificate => {
                    certificate(profile, purpose, output).map(Credential::Certificate)
                }
                AuthMethod::None | AuthMethod::ManagedIdentity => match flow {
                    Flow::ClientCredentials => selection::variable("AZURE_CLIENT_SECRET")
                        .map(|secret| given_only(&secret))
                        .ok_or_else(nothing_to_prove),
                    _ => Ok(Credential::None),
                },
            }
        }
    }
}

fn nothing_to_prove() -> Error {
    Error::bad_arguments(
        "client credentials need a secret or a certificate, and there is none",
        "add `--client-secret -`, set AZURE_CLIENT_SECRET, or choose another `--flow`",
    )
}

fn given_only(secret: &str) -> Credential {
    Credential::Secret(StoredSecret {
        stored: None,
        given: Some(secret.to_owned()),
    })
}

/// The stored secret goes first, the environment's stands in for it.
fn client_secret(selected: &Selected) -> Credential {
    let stored = match selected.source {
        Source::Demo => return given_only(demo::CLIENT_SECRET),
        Source::Environment => None,
        Source::Saved => Some(selected.profile.client_secret_name()),
    };
    Credential::Secret(StoredSecret {
        stored,
        given: selection::variable("AZURE_CLIENT_SECRET"),
    })
}

fn certificate(profile: &Profile, purpose: Purpose, output: &Output) -> Result<Certificate, Error> {
    let path = profile.certificate_path.as_deref().ok_or_else(|| {
        Error::bad_arguments(
            format!("profile '{}' names no certificate file", profile.name),
            "create it again with `--certificate-path`, or choose another `--flow`",
        )
    })?;
    let private_key = profile
        .private_key_path
        .as_deref()
        .map(|path| files::read(path, CERTIFICATE_LIMIT))
        .transpose()?;
    Ok(Certificate {
        content: files::read(path, CERTIFICATE_LIMIT)?,
        private_key,
        password: certificate_password(profile, purpose, output)?,
        send_chain: false,
    })
}

/// The stored password, else the environment's, else the person's.
fn certificate_password(
    profile: &Profile,
    purpose: Purpose,
    output: &Output,
) -> Result<Option<StoredSecret>, Error> {
    if profile.auth_method()? == AuthMethod::PasswordlessCertificate {
        return Ok(None);
    }
    let given = selection::variable("AZURE_CLIENT_CERTIFICATE_PASSWORD");
    if profile.cache_certificate_password {
        return Ok(Some(StoredSecret {
            stored: Some(profile.certificate_password_name()),
            given,
        }));
    }
    let given = match given {
        None if purpose == Purpose::Send && output.can_ask() => ask_password()?,
        given => given,
    };
    Ok(given.map(|password| StoredSecret {
        stored: None,
        given: Some(password),
    }))
}

fn ask_password() -> Result<Option<String>, Error> {
    match prompt::ask("Certificate password: ", Echo::Hidden) {
        Ok(password) => Ok(Some(password)),
        Err(failure) if failure.fault == Fault::Absent => Ok(None),
        Err(failure) => Err(failure.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selected(source: Source, method: &str) -> Selected {
        Selected {
            profile: Profile {
                auth_method: method.to_owned(),
                client_id: "c".to_owned(),
                ..Profile::named("p")
            },
            source,
        }
    }

    #[test]
    fn stored_secrets_are_named_for_saved_profiles_alone() {
        for (source, expected) in [
            (Source::Saved, Some("profile:p:client-secret")),
            (Source::Environment, None),
            (Source::Demo, None),
        ] {
            let Credential::Secret(secret) = client_secret(&selected(source, "ClientSecret"))
            else {
                panic!("{source:?} has no secret");
            };
            assert_eq!(secret.stored.as_deref(), expected, "{source:?}");
        }
    }

    #[test]
    fn the_credential_follows_from_flow_and_method() {
        let output = Output::new(crate::output::Verbosity::Quiet, true);
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
                Flow::ManagedIdentity,
                "ClientSecret",
                Some("x"),
                Some("none"),
            ),
        ] {
            let given = given.map(|text: &str| Secret::new(text.to_owned()));
            let selected = selected(Source::Saved, method);
            let kind = credential(&selected, flow, given, Purpose::LookUp, &output)
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

    #[test]
    fn flows_map_to_grants() {
        let profile = selected(Source::Saved, "None").profile;
        assert!(matches!(
            grant(&profile, Flow::DeviceCode),
            Grant::DeviceCode
        ));
        assert!(matches!(
            grant(&profile, Flow::InteractiveBrowser),
            Grant::AuthorizationCode(_)
        ));
        assert!(matches!(
            grant(&profile, Flow::ManagedIdentity),
            Grant::ManagedIdentity(ManagedIdentity::ClientId(_))
        ));
        assert!(matches!(
            grant(&Profile::named("p"), Flow::ManagedIdentity),
            Grant::ManagedIdentity(ManagedIdentity::SystemAssigned)
        ));
    }
}
