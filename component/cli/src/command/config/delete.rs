//! `config delete`.

use super::profile_options::ProfileOptions;
use crate::bindings::errors::Fault;
use crate::bindings::prompt::{self, Echo};
use crate::clap::{self, Args};
use crate::output::error::Error;
use crate::output::exit_code::ExitCode;
use crate::output::{Outcome, Output};
use crate::profile::demo;
use crate::profile::saved;
use crate::profile::stored_secrets::SecretChanges;
use crate::request::cached_tokens;

/// Examples for the help.
pub(crate) const EXAMPLES: &str = "\
Examples:
  entra-auth-cli config delete -p my-api-client
  entra-auth-cli config delete -p my-api-client --force

Without a terminal to confirm it, --force is needed.";

/// Flags of `config delete`.
#[derive(Args)]
pub(crate) struct Delete {
    #[command(flatten)]
    which: ProfileOptions,

    /// Do not ask
    #[arg(short, long, short_alias = 'y', visible_alias = "yes")]
    force: bool,
}

impl Delete {
    pub(crate) fn run(&self, output: &Output) -> Outcome {
        let document = saved::load()?;
        let name = self.which.name(&document, output)?;
        let profile = match document.find(&name) {
            Some(profile) => profile.clone(),
            None if demo::is_reserved(&name) => return Err(built_in()),
            None => return Err(saved::not_found(&name, &document)),
        };
        if !self.force {
            confirm(&profile.name)?;
        }
        let mut secrets = SecretChanges::default();
        if profile.may_have_secrets() {
            secrets.remove(profile.client_secret_name());
            secrets.remove(profile.certificate_password_name());
        }
        secrets.apply_with(|document| {
            document.profiles.retain(|known| known.name != profile.name);
            Ok(())
        })?;
        cached_tokens::forget_unshared(&profile, output);
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
