//! `get-token`: the command that the program exists for.

use clap::Args;

use crate::bindings::tokens::{self, CacheUse, Origin, Token};
use crate::civil_time;
use crate::delivery::Delivery;
use crate::exit_code::ExitCode;
use crate::output::{Outcome, Output};
use crate::selection::Source;
use crate::token_request::{Prepared, Purpose, WhichToken};

/// Documented; minutes.
const DEFAULT_WARNING: u32 = 5;

/// Flags of `get-token`.
#[derive(Args)]
pub(crate) struct GetToken {
    #[command(flatten)]
    which: WhichToken,

    /// Get a new token even if the cached one is fresh
    #[arg(long)]
    force: bool,

    /// Neither take the token from the cache nor store it there
    #[arg(long)]
    no_cache: bool,

    /// Warn if a cached token expires so soon [default: 5, on a terminal]
    #[arg(long, value_name = "MINUTES")]
    warn_expiry: Option<u32>,

    #[command(flatten)]
    delivery: Delivery,
}

impl GetToken {
    pub(crate) fn run(&self, output: &Output) -> Outcome {
        self.delivery.check()?;
        let prepared = self.which.prepare(Purpose::Send, output)?;
        let token = tokens::acquire(&prepared.request, self.cache_use(&prepared))
            .map_err(|error| prepared.explain(error))?;
        self.delivery.deliver(&token, &prepared, output)?;
        self.warn_of_expiry(&token, output);
        Ok(ExitCode::Done)
    }

    fn cache_use(&self, prepared: &Prepared) -> CacheUse {
        if self.no_cache || prepared.selected.source == Source::Demo {
            CacheUse::Bypass
        } else if self.force {
            CacheUse::Replace
        } else {
            CacheUse::Prefer
        }
    }

    fn warn_of_expiry(&self, token: &Token, output: &Output) {
        let minutes = self.warn_expiry.unwrap_or(DEFAULT_WARNING);
        if token.origin == Origin::Server || token.expires_in > u64::from(minutes) * 60 {
            return;
        }
        let text = format!(
            "warning: the token expires in {}; `--force` gets a new one",
            civil_time::span(token.expires_in)
        );
        match self.warn_expiry {
            Some(_) => output.requested_notice(&text),
            None => output.notice(&text),
        }
    }
}
