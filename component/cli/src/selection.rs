//! Which profile a command is about.

use std::env;

use crate::auth_method::AuthMethod;
use crate::bindings::prompt::{self, Echo};
use crate::choice;
use crate::demo;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::output::Output;
use crate::profile::Profile;
use crate::profile_document::ProfileDocument;
use crate::profiles;

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
pub(crate) struct Selected {
    pub(crate) profile: Profile,
    pub(crate) source: Source,
}

/// The profile by name: a saved one, else the built-in one. A saved profile of the reserved name,
/// which another tool may have written, is the user's own and goes first.
pub(crate) fn by_name(name: &str) -> Result<Selected, Error> {
    // The built-in profile works without a readable document, or a host that has one.
    let document = match profiles::load() {
        Err(_) if demo::is_reserved(name) => ProfileDocument::default(),
        document => document?,
    };
    match document.find(name) {
        Some(profile) => Ok(saved(profile)),
        None if demo::is_reserved(name) => Ok(Selected {
            profile: demo::profile(),
            source: Source::Demo,
        }),
        None => Err(profiles::not_found(name, &document)),
    }
}

/// The profile to get a token for: the one named, `ENTRA_TOKEN_PROFILE`, `default`, the only one,
/// the environment's identity, the answer of a person.
pub(crate) fn implied(name: Option<&str>, output: &Output) -> Result<Selected, Error> {
    let from_variable = variable("ENTRA_TOKEN_PROFILE");
    if let Some(name) = name.or(from_variable.as_deref()) {
        return by_name(name);
    }
    // Locked-down hosts have an environment but no document.
    let identity = environment_identity();
    let document = match profiles::load() {
        Err(_) if identity.is_some() => ProfileDocument::default(),
        document => document?,
    };
    if let Some(profile) = document.find(DEFAULT_NAME) {
        return Ok(saved(profile));
    }
    if let [only] = document.profiles.as_slice() {
        return Ok(saved(only));
    }
    match identity {
        Some(profile) => Ok(Selected {
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

fn saved(profile: &Profile) -> Selected {
    Selected {
        profile: profile.clone(),
        source: Source::Saved,
    }
}

fn environment_identity() -> Option<Profile> {
    let method = match variable("AZURE_CLIENT_SECRET") {
        Some(_) => AuthMethod::ClientSecret,
        None => AuthMethod::None,
    };
    Some(Profile {
        tenant_id: variable("AZURE_TENANT_ID")?,
        client_id: variable("AZURE_CLIENT_ID")?,
        authority: variable("AZURE_AUTHORITY_HOST"),
        auth_method: choice::name(method).to_owned(),
        ..Profile::named("")
    })
}

fn asked(document: &ProfileDocument, output: &Output) -> Result<Selected, Error> {
    let names = document.names();
    if names.is_empty() {
        return Err(Error::new(
            ExitCode::ProfileNotFound,
            "no profiles found",
            profiles::known_names(document),
        ));
    }
    if !output.can_ask() {
        return Err(Error::new(
            ExitCode::ProfileNotFound,
            "several profiles, and none was named",
            format!("add `-p NAME`; {}", profiles::known_names(document)),
        ));
    }
    output.instruction(&format!("Profiles: {}", names.join(", ")));
    let name = prompt::ask("Profile name: ", Echo::Shown)?;
    by_name(name.trim())
}
