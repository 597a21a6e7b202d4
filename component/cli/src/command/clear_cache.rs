//! `clear-cache`: forget cached tokens, those of sign-ins by people included.

use clap::Args;

use crate::bindings::tokens;
use crate::output::error::Error;
use crate::output::exit_code::ExitCode;
use crate::output::{Outcome, Output};
use crate::profile::Profile;
use crate::profile::document::ProfileDocument;
use crate::profile::in_use;
use crate::profile::saved;
use crate::request;

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

    /// The tokens of every profile, and of the client that AZURE_CLIENT_ID names
    #[arg(long, conflicts_with = "profile")]
    all: bool,
}

impl ClearCache {
    pub(crate) fn run(&self, output: &Output) -> Outcome {
        let profiles = if self.all {
            every_profile()?
        } else {
            vec![in_use::implied(self.profile.as_deref(), None, output)?.profile]
        };
        let mut count = 0;
        for profile in &profiles {
            count += forget(profile)?;
        }
        let plural = if count == 1 { "" } else { "s" };
        output.notice(&format!("✓ {count} cached token{plural} removed"));
        Ok(ExitCode::Done)
    }
}

/// Forget the tokens of the profile's client. Returns how many there were.
pub(crate) fn forget(profile: &Profile) -> Result<u32, Error> {
    Ok(tokens::forget(&request::about(profile))?)
}

fn every_profile() -> Result<Vec<Profile>, Error> {
    let mut profiles = saved::load()?.profiles;
    profiles.extend(in_use::environment_identity());
    Ok(profiles)
}

/// Forget the tokens of a profile that is no longer saved as it was, unless another one has the
/// same client and lives on them. What stays behind is sealed and expires, so a failure is no
/// reason to keep the profile.
pub(crate) fn forget_unshared(profile: &Profile, output: &Output) {
    let is_shared = saved::load().is_ok_and(|document| is_shared(profile, &document));
    if is_shared {
        return;
    }
    if let Err(error) = forget(profile) {
        output.notice(&format!(
            "warning: cached tokens were not removed: {}",
            error.message
        ));
    }
}

fn is_shared(profile: &Profile, document: &ProfileDocument) -> bool {
    let mut others = document.profiles.iter();
    others.any(|other| other.has_client_of(profile))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_shared_by_profiles_of_the_same_client() {
        let text = r#"[{"name":"a","tenantId":"t","clientId":"c"},
            {"name":"f","tenantId":"t","clientId":"e","authority":"https://login.example"}]"#;
        let document = ProfileDocument::parse(text).unwrap();
        for (tenant, client, expected) in [("t", "c", true), ("t", "e", false), ("u", "c", false)] {
            let profile = Profile {
                tenant_id: tenant.to_owned(),
                client_id: client.to_owned(),
                ..Profile::named("gone")
            };
            assert_eq!(
                is_shared(&profile, &document),
                expected,
                "{tenant} {client}"
            );
        }
    }
}
