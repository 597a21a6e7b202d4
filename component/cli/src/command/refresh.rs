//! `refresh`: a new token without a person.

use clap::Args;

use crate::bindings::tokens::{self, CacheUse};
use crate::command::delivery::Delivery;
use crate::output::exit_code::ExitCode;
use crate::output::{Outcome, Output};
use crate::profile::selection::Source;
use crate::request::browser_options::BrowserOptions;
use crate::request::{Purpose, WhichToken};

/// Flags of `refresh`.
#[derive(Args)]
pub(crate) struct Refresh {
    #[command(flatten)]
    which: WhichToken,

    #[command(flatten)]
    delivery: Delivery,
}

impl Refresh {
    pub(crate) fn run(&self, output: &Output) -> Outcome {
        self.delivery.check()?;
        let prepared = self
            .which
            .prepare(Purpose::Renew, &BrowserOptions::default(), output)?;
        let renewed = match prepared.selected.source {
            // Nothing is stored for the built-in profile, so its new token is just another one.
            Source::Demo => tokens::acquire(&prepared.request, CacheUse::Bypass),
            Source::Environment | Source::Saved => tokens::renew(&prepared.request),
        };
        let token = renewed.map_err(|error| prepared.explain(error))?;
        self.delivery.deliver(&token, &prepared, output)?;
        Ok(ExitCode::Done)
    }
}
