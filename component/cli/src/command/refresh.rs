//! `refresh`: a new token without a person.

use crate::bindings::errors;
use crate::bindings::tokens::{self, CacheUse};
use crate::clap::{self, Args};
use crate::command::destination::Destination;
use crate::output::error::Error;
use crate::output::exit_code::ExitCode;
use crate::output::{Outcome, Output};
use crate::profile::in_use::Source;
use crate::request::browser_options::BrowserOptions;
use crate::request::missing_secret;
use crate::request::options::TokenOptions;
use crate::request::prepared::Prepared;
use crate::request::purpose::Purpose;

/// Flags of `refresh`.
#[derive(Args)]
pub(crate) struct Refresh {
    #[command(flatten)]
    options: TokenOptions,

    #[command(flatten)]
    destination: Destination,
}

impl Refresh {
    pub(crate) fn run(&self, output: &Output) -> Outcome {
        self.destination.check()?;
        let mut prepared =
            self.options
                .prepare(Purpose::Renew, &BrowserOptions::default(), output)?;
        let source = prepared.in_use.source;
        let renewed = missing_secret::asked_for(&mut prepared, output, |request| {
            let renewed = match source {
                // Nothing is stored for the built-in profile, so its new token is just another one.
                Source::Demo => tokens::acquire(request, CacheUse::Bypass),
                Source::Environment | Source::Saved => tokens::renew(request),
            };
            renewed.map_err(Box::new)
        })?;
        let token = renewed.map_err(|error| match *error {
            error @ errors::Error::InteractionRequired(_) => {
                self.with_way_out(prepared.explain(error), &prepared)
            }
            error => prepared.explain(error),
        })?;
        self.destination.write(&token, &prepared, output)?;
        Ok(ExitCode::Done)
    }

    /// `get-token` asks the person whom this command does not ask.
    fn with_way_out(&self, error: Error, prepared: &Prepared) -> Error {
        let same = match self.options.are_given() {
            true => " and the same options",
            false => "",
        };
        let way_out = format!("sign in with `entra-auth-cli get-token`{same}");
        let way_out = prepared.naming_profile(&way_out);
        let hint = match error.hint {
            Some(hint) if !hint.contains("get-token") => format!("{hint}; {way_out}"),
            Some(_) | None => way_out,
        };
        Error {
            hint: Some(hint),
            ..error
        }
    }
}
