//! Which profile a command is about.

use std::env;

use crate::bindings::prompt::{self, Echo};
use crate::input::named;
use crate::output::Output;
use crate::output::error::Error;
use crate::output::exit_code::ExitCode;
use crate::profile::Profile;
use crate::profile::auth_method::AuthMethod;
use crate::profile::demo;
use crate::profile::document::ProfileDocument;
use crate::profile::flow::Flow;
use crate::profile::saved;
use crate::request::federation;

/// The profile that documents call the default.
const DEFAULT_NAME: &str = "default";

/// Where a profile comes from, because its secrets live elsewhere each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// Nothing is stored for it; its secret is no secret.
    Demo,
    /// From `AZURE_TENANT_ID` and `AZURE_CLIENT_ID`; nothing is stored for it.
    Environment,
    Saved,
}

/// The profile and where it comes from.
#[derive(Debug)]
pub(crate) struct InUse {
    pub(crate) profile: Profile,
    pub(crate) source: Source,
}

/// The profile by name: a saved one, else the built-in one. A saved profile of the reserved name,
/// which another tool may have written, is the user's own and goes first.
pub(crate) fn by_name(name: &str) -> Result<InUse, Error> {
    // The built-in profile works without a readable document, or a host that has one.
    let document = match saved::load() {
        Err(_) if demo::is_reserved(name) => ProfileDocument::default(),
        document => document?,
    };
    match document.find(name) {
        Some(profile) => Ok(saved(profile)),
        None if demo::is_reserved(name) => Ok(InUse {
            profile: demo::profile(),
            source: Source::Demo,
        }),
        None => Err(saved::not_found(name, &document)),
    }
}

/// The profile to get a token for: the one named, `ENTRA_TOKEN_PROFILE`, `default`, the only one,
/// the environment's identity, the answer of a person.
/// Where a managed identity is asked for, a profile that is about something else is not implied.
pub(crate) fn implied(
    name: Option<&str>,
    flow: Option<Flow>,
    output: &Output,
) -> Result<InUse, Error> {
    let from_variable = variable("ENTRA_TOKEN_PROFILE");
    if let Some(name) = name.or(from_variable.as_deref()) {
        return by_name(name);
    }
    // Locked-down hosts have an environment but no document.
    let wants_managed = flow == Some(Flow::ManagedIdentity);
    let identity = match wants_managed {
        true => Some(managed_identity(variable)),
        false => environment_identity(),
    };
    let document = match saved::load() {
        Err(_) if identity.is_some() => ProfileDocument::default(),
        document => document?,
    };
    let only = match document.profiles.as_slice() {
        [only] => Some(only),
        _ => None,
    };
    let is_about_it = |profile: &&Profile| {
        !wants_managed || profile.auth_method().ok() == Some(AuthMethod::ManagedIdentity)
    };
    if let Some(profile) = document.find(DEFAULT_NAME).or(only).filter(is_about_it) {
        return Ok(saved(profile));
    }
    match identity {
        Some(profile) => Ok(InUse {
            profile,
            source: Source::Environment,
        }),
        None => asked(&document, output),
    }
}

/// The value of an environment variable, unless it is empty.
pub(crate) fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn saved(profile: &Profile) -> InUse {
    InUse {
        profile: profile.clone(),
        source: Source::Saved,
    }
}

/// The client that `AZURE_CLIENT_ID` and its like name.
pub(crate) fn environment_identity() -> Option<Profile> {
    identity(variable)
}

/// The platform's identity; `AZURE_CLIENT_ID` says which if there are several.
fn managed_identity(variable: impl Fn(&str) -> Option<String>) -> Profile {
    Profile {
        client_id: variable("AZURE_CLIENT_ID").unwrap_or_default(),
        auth_method: named::name(AuthMethod::ManagedIdentity).to_owned(),
        ..Profile::named("")
    }
}

/// What the first of secret, certificate and federated token proves; a person signs in without.
fn identity(variable: impl Fn(&str) -> Option<String>) -> Option<Profile> {
    let certificate_path = variable("AZURE_CLIENT_CERTIFICATE_PATH");
    let method = if variable("AZURE_CLIENT_SECRET").is_some() {
        AuthMethod::ClientSecret
    } else if certificate_path.is_some() {
        match variable("AZURE_CLIENT_CERTIFICATE_PASSWORD") {
            Some(_) => AuthMethod::Certificate,
            None => AuthMethod::PasswordlessCertificate,
        }
    } else if federation::is_offered(&variable) {
        AuthMethod::FederatedToken
    } else {
        AuthMethod::None
    };
    Some(Profile {
        tenant_id: variable("AZURE_TENANT_ID")?,
        client_id: variable("AZURE_CLIENT_ID")?,
        authority: variable("AZURE_AUTHORITY_HOST"),
        auth_method: named::name(method).to_owned(),
        certificate_path,
        // As azure-identity reads it.
        send_certificate_chain: variable("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN")
            .is_some_and(|value| value == "1" || value.eq_ignore_ascii_case("true")),
        ..Profile::named("")
    })
}

fn asked(document: &ProfileDocument, output: &Output) -> Result<InUse, Error> {
    let names = document.names();
    if names.is_empty() {
        return Err(Error::new(
            ExitCode::ProfileNotFound,
            "no profiles found",
            saved::known_names(document),
        ));
    }
    if !output.can_ask() {
        return Err(Error::new(
            ExitCode::ProfileNotFound,
            "several profiles, and none was named",
            format!("add `-p NAME`; {}", saved::known_names(document)),
        ));
    }
    output.instruction(&format!("Profiles: {}", names.join(", ")));
    let name = prompt::ask("Profile name: ", Echo::Shown)?;
    by_name(name.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_proves_what_it_can() {
        let app = Flow::ClientCredentials;
        for (names, expected) in [
            ("", Some(("None", Flow::InteractiveBrowser))),
            ("AZURE_CLIENT_SECRET", Some(("ClientSecret", app))),
            (
                "AZURE_CLIENT_CERTIFICATE_PATH",
                Some(("PasswordlessCertificate", app)),
            ),
            (
                "AZURE_CLIENT_CERTIFICATE_PATH AZURE_CLIENT_CERTIFICATE_PASSWORD",
                Some(("Certificate", app)),
            ),
            (
                "AZURE_CLIENT_CERTIFICATE_PASSWORD",
                Some(("None", Flow::InteractiveBrowser)),
            ),
            (
                "AZURE_CLIENT_SECRET AZURE_CLIENT_CERTIFICATE_PATH AZURE_FEDERATED_TOKEN_FILE",
                Some(("ClientSecret", app)),
            ),
            (
                "AZURE_CLIENT_CERTIFICATE_PATH AZURE_FEDERATED_TOKEN_FILE",
                Some(("PasswordlessCertificate", app)),
            ),
            ("AZURE_FEDERATED_TOKEN_FILE", Some(("FederatedToken", app))),
            (
                "ACTIONS_ID_TOKEN_REQUEST_URL",
                Some(("FederatedToken", app)),
            ),
            ("SYSTEM_OIDCREQUESTURI", Some(("FederatedToken", app))),
        ] {
            let found = identity(|name| {
                let is_set = matches!(name, "AZURE_TENANT_ID" | "AZURE_CLIENT_ID")
                    || names.split(' ').any(|other| other == name);
                is_set.then(|| "x".to_owned())
            });
            let found = found.map(|profile| (profile.auth_method.clone(), profile.flow().unwrap()));
            let expected = expected.map(|(method, flow)| (method.to_owned(), flow));
            assert_eq!(found, expected, "{names}");
        }
        for missing in ["AZURE_TENANT_ID", "AZURE_CLIENT_ID"] {
            let found = identity(|name| (name != missing).then(|| "x".to_owned()));
            assert!(found.is_none(), "{missing}");
        }
    }
}
