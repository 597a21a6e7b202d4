//! `clear-cache`: forget cached tokens, those of sign-ins by people included.

use crate::clap::{self, Args};
use crate::output::error::Error;
use crate::output::exit_code::ExitCode;
use crate::output::{Outcome, Output};
use crate::profile::Profile;
use crate::profile::fields;
use crate::profile::from_environment;
use crate::profile::in_use;
use crate::profile::saved;
use crate::request::cached_tokens;

/// Examples for the help.
pub(crate) const EXAMPLES: &str = "\
Examples:
  entra-auth-cli clear-cache -p my-api-client
  entra-auth-cli clear-cache --all

Tokens are cached by tenant and client: profiles that share both share their
tokens. Profiles and stored secrets stay.";

/// Flags of `clear-cache`.
#[derive(Args)]
pub(crate) struct ClearCache {
    /// Profile [default: as for get-token]
    #[arg(short, long, value_name = "NAME")]
    profile: Option<String>,

    /// The same as `--profile`
    #[arg(value_name = "NAME", conflicts_with_all = ["profile", "all"], value_parser = fields::known_name)]
    argument: Option<String>,

    /// The tokens of every profile, and of the client that AZURE_CLIENT_ID names
    #[arg(long, conflicts_with = "profile")]
    all: bool,
}

impl ClearCache {
    pub(crate) fn run(&self, output: &Output) -> Outcome {
        let profiles = if self.all {
            every_profile()?
        } else {
            let name = self.profile.as_deref().or(self.argument.as_deref());
            vec![in_use::implied(name, None, output)?.profile]
        };
        let mut count = 0;
        for profile in &profiles {
            count += cached_tokens::forget(profile)?;
        }
        let plural = if count == 1 { "" } else { "s" };
        output.notice(&format!("✓ {count} cached token{plural} removed"));
        Ok(ExitCode::Done)
    }
}

fn every_profile() -> Result<Vec<Profile>, Error> {
    let mut profiles = saved::load()?.profiles;
    profiles.extend(from_environment::client());
    Ok(profiles)
}
