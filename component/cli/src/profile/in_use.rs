//! Which profile a command is about.

use crate::bindings::prompt::{self, Echo};
use crate::input::environment::variable;
use crate::output::Output;
use crate::output::error::Error;
use crate::output::exit_code::ExitCode;
use crate::profile::Profile;
use crate::profile::auth_method::AuthMethod;
use crate::profile::demo;
use crate::profile::document::ProfileDocument;
use crate::profile::flow::Flow;
use crate::profile::from_environment;
use crate::profile::saved;

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
        true => Some(from_environment::managed_identity()),
        false => from_environment::client(),
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

fn saved(profile: &Profile) -> InUse {
    InUse {
        profile: profile.clone(),
        source: Source::Saved,
    }
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
