//! `config delete`.

use clap::Args;

use crate::bindings::errors::Fault;
use crate::bindings::prompt::{self, Echo};
use crate::bindings::secret_writer;
use crate::bindings::tokens::{self, Credential, Grant, Request};
use crate::demo;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::output::{Outcome, Output};
use crate::profile::Profile;
use crate::profile_document::ProfileDocument;
use crate::profiles;

/// Flags of `config delete`.
#[derive(Args)]
pub(crate) struct Delete {
    /// Profile to delete; never chosen for you
    #[arg(short, long, value_name = "NAME", group = "which")]
    profile: Option<String>,

    /// The same as `--profile`
    #[arg(short, long, value_name = "NAME", group = "which")]
    name: Option<String>,

    /// Do not ask
    #[arg(short, long, short_alias = 'y', visible_alias = "yes")]
    force: bool,
}

impl Delete {
    pub(crate) fn run(&self, output: &Output) -> Outcome {
        let document = profiles::load()?;
        let Some(name) = self.profile.as_deref().or(self.name.as_deref()) else {
            return Err(Error::bad_arguments(
                "no profile is named",
                format!("add `-p NAME`; {}", profiles::known_names(&document)),
            ));
        };
        let profile = match document.find(name) {
            Some(profile) => profile.clone(),
            None if demo::is_reserved(name) => return Err(built_in()),
            None => return Err(profiles::not_found(name, &document)),
        };
        if !self.force {
            confirm(&profile.name)?;
        }
        // Secrets go first: if one cannot be removed, the profile is still there to try again.
        remove_secrets(&profile)?;
        if !shares_tokens(&profile, &document) {
            forget_tokens(&profile, output);
        }
        profiles::update(|document| {
            document.profiles.retain(|known| known.name != profile.name);
            Ok(())
        })?;
        output.notice(&format!("✓ Profile '{}' deleted", profile.name));
        Ok(ExitCode::Done)
    }
}

fn built_in() -> Error {
    Error::bad_arguments(
        format!("profile '{}' is built in and cannot be deleted", demo::NAME),
        "it stores nothing, so there is nothing to delete",
    )
}

fn confirm(name: &str) -> Result<(), Error> {
    let question = format!("Delete profile '{name}' with its secrets and tokens? [y/N] ");
    match prompt::ask(&question, Echo::Shown) {
        Ok(answer) if matches!(answer.trim().to_lowercase().as_str(), "y" | "yes") => Ok(()),
        Ok(_) => Err(Error::new(
            ExitCode::TimedOutOrCancelled,
            format!("profile '{name}' was not deleted"),
            "answer `y`, or add `--force`",
        )),
        Err(failure) if failure.fault == Fault::Absent => Err(Error::bad_arguments(
            format!("there is no terminal to confirm that profile '{name}' is to be deleted"),
            "add `--force`",
        )),
        Err(failure) => Err(failure.into()),
    }
}

/// A host without a secret store has none to remove.
fn remove_secrets(profile: &Profile) -> Result<(), Error> {
    for name in [
        profile.client_secret_name(),
        profile.certificate_password_name(),
    ] {
        match secret_writer::remove(&name) {
            Ok(_) => {}
            Err(failure) if failure.fault == Fault::Absent => {}
            Err(failure) => return Err(failure.into()),
        }
    }
    Ok(())
}

/// Tokens are cached by client and not by profile, so another profile may live on them.
fn shares_tokens(profile: &Profile, document: &ProfileDocument) -> bool {
    document.profiles.iter().any(|other| {
        other.name != profile.name
            && other.authority() == profile.authority()
            && other.tenant_id == profile.tenant_id
            && other.client_id == profile.client_id
    })
}

/// What stays behind is sealed and expires, so a failure here does not keep the profile alive.
fn forget_tokens(profile: &Profile, output: &Output) {
    let request = Request {
        authority: profile.authority().to_owned(),
        tenant: profile.tenant_id.clone(),
        client_id: profile.client_id.clone(),
        credential: Credential::None,
        grant: Grant::ClientCredentials,
        scopes: profile.effective_scopes(),
        claims: None,
        time_limit: None,
    };
    if let Err(error) = tokens::forget(&request) {
        let message = Error::from(error).message;
        output.notice(&format!(
            "warning: cached tokens were not removed: {message}"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_kept_while_another_profile_has_the_same_client() {
        let text = r#"[{"name":"a","tenantId":"t","clientId":"c"},
            {"name":"b","tenantId":"t","clientId":"c"},
            {"name":"d","tenantId":"t","clientId":"e"},
            {"name":"f","tenantId":"t","clientId":"e","authority":"https://login.example"}]"#;
        let document = ProfileDocument::parse(text).unwrap();
        for (name, expected) in [("a", true), ("b", true), ("d", false), ("f", false)] {
            let profile = document.find(name).unwrap();
            assert_eq!(shares_tokens(profile, &document), expected, "{name}");
        }
    }
}
