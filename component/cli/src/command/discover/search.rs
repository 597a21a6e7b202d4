//! The app registrations of a tenant: who asks for them, and how that one signs in.

use crate::bindings::directory::{self, Found};
use crate::bindings::errors;
use crate::bindings::tokens::Request;
use crate::command::format::Format;
use crate::input::environment::variable;
use crate::input::named;
use crate::input::time_limit::TimeLimit;
use crate::output::error::Error;
use crate::output::exit_code::ExitCode;
use crate::output::{Outcome, Output};
use crate::profile::Profile;
use crate::profile::auth_method::AuthMethod;
use crate::profile::flow::Flow;
use crate::profile::from_environment;
use crate::profile::in_use::{self, InUse};
use crate::request::browser_options::BrowserOptions;
use crate::request::headless;
use crate::request::options::TokenOptions;
use crate::request::prepared::Prepared;
use crate::request::purpose::Purpose;

use super::listing;

/// Microsoft Graph PowerShell: a public client that exists in every tenant, so that people can search theirs without
/// registering an app first.
const GRAPH_POWERSHELL: &str = "14d82eec-204b-4c2f-b7e8-296a70dab67e";

/// A search, as the command line describes it.
pub(super) struct Search<'a> {
    pub(super) tenant: Option<&'a str>,
    pub(super) pattern: &'a str,
    pub(super) profile: Option<&'a str>,
    pub(super) flow: Option<Flow>,
    pub(super) authority: Option<&'a str>,
    pub(super) timeout: Option<TimeLimit>,
    pub(super) browser: &'a BrowserOptions,
}

impl Search<'_> {
    pub(super) fn run(&self, format: Option<Format>, output: &Output) -> Outcome {
        let options = TokenOptions::of_directory(self.flow, self.timeout);
        let mut prepared =
            options.prepare_for(self.asker(output)?, Purpose::SignIn, self.browser, output)?;
        let found = self.applications(&mut prepared, output)?;
        if let Some(account) = &found.account {
            output.signed_in(account);
        }
        if found.applications.is_empty() {
            output.notice(&format!(
                "No applications found matching '{}'",
                self.pattern
            ));
        }
        listing::show(&found.applications, format, output)?;
        Ok(ExitCode::Done)
    }

    /// The profile named; else the environment's identity where it can prove itself, or a person at Microsoft's own client.
    /// Without a tenant, the profile in use is the only one that can be meant.
    fn asker(&self, output: &Output) -> Result<InUse, Error> {
        let mut in_use = match (self.profile, self.tenant) {
            (Some(name), _) => in_use::by_name(name)?,
            (None, None) => in_use::implied(None, None, output)?,
            (None, Some(_)) => from_environment::client()
                .filter(from_environment::is_complete)
                .map_or_else(person, InUse::from_environment),
        };
        if let Some(tenant) = self.tenant {
            tenant.clone_into(&mut in_use.profile.tenant_id);
        }
        if let Some(authority) = self.authority {
            in_use.profile.authority = Some(authority.to_owned());
        }
        Ok(in_use)
    }

    fn applications(&self, prepared: &mut Prepared, output: &Output) -> Result<Found, Error> {
        // Nobody may be there to answer: then what is stored has to do.
        let attended = !prepared.flow.needs_person() || output.can_ask();
        let search = |request: &Request, attended: bool| {
            directory::applications(request, self.pattern, attended).map_err(Box::new)
        };
        if !attended {
            return search(&prepared.request, false).map_err(|error| match *error {
                errors::Error::InteractionRequired(interaction)
                    if interaction.refusal.is_none() =>
                {
                    unattended()
                }
                error => prepared.explain(error),
            });
        }
        headless::sign_in(
            prepared,
            output,
            |request| search(request, false),
            |request| search(request, true),
        )
    }
}

fn person() -> InUse {
    // Nothing is stored for it.
    InUse::from_environment(Profile {
        client_id: GRAPH_POWERSHELL.to_owned(),
        auth_method: named::name(AuthMethod::None).to_owned(),
        authority: variable("AZURE_AUTHORITY_HOST"),
        ..Profile::named("")
    })
}

fn unattended() -> Error {
    Error::new(
        ExitCode::AuthenticationFailed,
        "a person has to sign in for this search, and there is no terminal",
        "run it once on a terminal; or name a profile that has a secret or a certificate by `-p`, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET",
    )
}
