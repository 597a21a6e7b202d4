//! Which profile a command is about.

use std::env;

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
use crate::profile::proofs;
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

/// How a profile came to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// A person answered, or the command line names it.
    Named,
    /// `ENTRA_TOKEN_PROFILE` names it.
    Variable,
    /// It is called `default`.
    Default,
    /// Nobody chose it: it is merely the only one.
    Only,
    /// The variables describe it.
    Environment,
}

/// The profile, where it comes from, and why it counts.
#[derive(Clone, Debug)]
pub(crate) struct InUse {
    pub(crate) profile: Profile,
    pub(crate) source: Source,
    pub(crate) choice: Choice,
}

impl InUse {
    /// The client that variables describe.
    pub(crate) fn from_environment(profile: Profile) -> Self {
        Self {
            profile,
            source: Source::Environment,
            choice: Choice::Environment,
        }
    }

    fn saved(profile: &Profile, choice: Choice) -> Self {
        Self {
            profile: profile.clone(),
            source: Source::Saved,
            choice,
        }
    }

    /// Which profile counts and why, in words.
    pub(crate) fn reason(&self) -> String {
        let name = &self.profile.name;
        match self.choice {
            Choice::Named => format!("profile '{name}' counts: it was named"),
            Choice::Variable => format!("profile '{name}' counts: ENTRA_TOKEN_PROFILE names it"),
            Choice::Default => format!("profile '{name}' counts: it is the default"),
            Choice::Only => format!("profile '{name}' counts: it is the only one"),
            Choice::Environment => {
                "the environment's client counts: no profile was named".to_owned()
            }
        }
    }
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
        Some(profile) => Ok(InUse::saved(profile, Choice::Named)),
        None if demo::is_reserved(name) => Ok(InUse {
            profile: demo::profile(),
            source: Source::Demo,
            choice: Choice::Named,
        }),
        None => Err(saved::not_found(name, &document)),
    }
}

/// The profile to get a token for: the one named, `ENTRA_TOKEN_PROFILE`, `default`, the environment's identity if that is
/// complete, the only one, what the environment names for a person to prove, the answer of a person.
/// Where a managed identity is asked for, a profile that is about something else is not implied.
pub(crate) fn implied(
    name: Option<&str>,
    flow: Option<Flow>,
    output: &Output,
) -> Result<InUse, Error> {
    if let Some(name) = name {
        return by_name(name).map_err(|error| unless_environment(error, "leave `-p` out"));
    }
    if let Some(name) = variable("ENTRA_TOKEN_PROFILE") {
        let choice = Choice::Variable;
        return by_name(&name)
            .map(|in_use| InUse { choice, ..in_use })
            .map_err(|error| unless_environment(error, "unset ENTRA_TOKEN_PROFILE"));
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
    match unnamed(&document, identity, wants_managed) {
        Some(in_use) => Ok(in_use),
        None => asked(&document, output),
    }
}

/// Pipelines bring an identity in variables and a profile's name from a document.
fn unless_environment(error: Error, way: &str) -> Error {
    if error.code != ExitCode::ProfileNotFound || from_environment::client().is_none() {
        return error;
    }
    let hint = format!("{way} to use the client that AZURE_CLIENT_ID names");
    Error {
        hint: Some(match error.hint {
            Some(other) => format!("{hint}; {other}"),
            None => hint,
        }),
        ..error
    }
}

/// What counts where nobody said. Every SDK takes a complete identity in the environment, so it goes before a profile that is
/// merely there.
fn unnamed(
    document: &ProfileDocument,
    identity: Option<Profile>,
    wants_managed: bool,
) -> Option<InUse> {
    let is_about_it = |profile: &&Profile| {
        !wants_managed || profile.auth_method().ok() == Some(AuthMethod::ManagedIdentity)
    };
    if let Some(profile) = document.find(DEFAULT_NAME).filter(is_about_it) {
        return Some(InUse::saved(profile, Choice::Default));
    }
    let is_complete =
        |identity: &&Profile| !wants_managed && from_environment::is_complete(identity);
    if let Some(identity) = identity.as_ref().filter(is_complete) {
        return Some(InUse::from_environment(identity.clone()));
    }
    let only = match document.profiles.as_slice() {
        [only] => Some(only).filter(is_about_it),
        _ => None,
    };
    only.map(|profile| InUse::saved(profile, Choice::Only))
        .or_else(|| identity.map(InUse::from_environment))
}

fn asked(document: &ProfileDocument, output: &Output) -> Result<InUse, Error> {
    let names = document.names();
    // A pipeline that was given a part of a client, or an empty one, does not miss a profile.
    if names.is_empty() && proofs::are_named(|name| env::var(name).ok()) {
        let missing = proofs::missing(variable);
        return Err(Error::new(
            ExitCode::AuthenticationFailed,
            format!("no profiles found, and the environment names no client: {missing}"),
            proofs::HOW_TO_GIVE,
        ));
    }
    if names.is_empty() {
        return Err(Error::new(
            ExitCode::ProfileNotFound,
            "no profiles found",
            format!(
                "{}; in a pipeline, AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET take its place",
                saved::known_names(document)
            ),
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
    use crate::input::named;

    #[test]
    fn a_complete_identity_goes_before_a_profile_that_is_merely_the_only_one() {
        let client = |method| Profile {
            auth_method: named::name(method).to_owned(),
            ..Profile::named("")
        };
        let (complete, incomplete) = (client(AuthMethod::ClientSecret), client(AuthMethod::None));
        for (text, identity, expected) in [
            ("[]", None, None),
            ("[]", Some(&incomplete), Some(Choice::Environment)),
            (r#"[{"name":"p"}]"#, None, Some(Choice::Only)),
            (r#"[{"name":"p"}]"#, Some(&incomplete), Some(Choice::Only)),
            (
                r#"[{"name":"p"}]"#,
                Some(&complete),
                Some(Choice::Environment),
            ),
            (
                r#"[{"name":"default"}]"#,
                Some(&complete),
                Some(Choice::Default),
            ),
            (r#"[{"name":"p"},{"name":"q"}]"#, None, None),
            (
                r#"[{"name":"p"},{"name":"q"}]"#,
                Some(&complete),
                Some(Choice::Environment),
            ),
        ] {
            let document = ProfileDocument::parse(text).unwrap();
            let found = unnamed(&document, identity.cloned(), false);
            assert_eq!(found.map(|in_use| in_use.choice), expected, "{text}");
        }
    }
}
