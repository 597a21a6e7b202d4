//! `get-token`: the command that the program exists for.

use crate::bindings::tokens::{self, CacheUse, Grant, Origin, Token};
use crate::clap::{self, Args};
use crate::command::destination::Destination;
use crate::output::civil_time;
use crate::output::error::Error;
use crate::output::exit_code::ExitCode;
use crate::output::{Outcome, Output};
use crate::profile::in_use::Source;
use crate::request::browser_options::BrowserOptions;
use crate::request::headless;
use crate::request::options::TokenOptions;
use crate::request::prepared::Prepared;
use crate::request::purpose::Purpose;

/// Documented; minutes.
const DEFAULT_WARNING: u32 = 5;

/// Flags of `get-token`.
#[derive(Args)]
pub(crate) struct GetToken {
    #[command(flatten)]
    options: TokenOptions,

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
    destination: Destination,

    #[command(flatten)]
    browser: BrowserOptions,
}

impl GetToken {
    pub(crate) fn run(&self, output: &Output) -> Outcome {
        self.destination.check()?;
        let mut prepared = self
            .options
            .prepare(Purpose::SignIn, &self.browser, output)?;
        let token = self.acquire(&mut prepared, output)?;
        self.destination.write(&token, &prepared, output)?;
        self.warn_of_expiry(&token, output);
        Ok(ExitCode::Done)
    }

    fn acquire(&self, prepared: &mut Prepared, output: &Output) -> Result<Token, Error> {
        let cache = self.cache_use(prepared);
        headless::sign_in(
            prepared,
            output,
            |request| headless::without_person(request, cache).map_err(Box::new),
            |request| tokens::acquire(request, cache).map_err(Box::new),
        )
    }

    fn cache_use(&self, prepared: &Prepared) -> CacheUse {
        let is_browser = matches!(prepared.request.grant, Grant::AuthorizationCode(_));
        if self.no_cache || prepared.in_use.source == Source::Demo {
            CacheUse::Bypass
        } else if self.force || (is_browser && self.browser.asks_person()) {
            CacheUse::Replace
        } else {
            CacheUse::Prefer
        }
    }

    fn warn_of_expiry(&self, token: &Token, output: &Output) {
        let minutes = self.warn_expiry.unwrap_or(DEFAULT_WARNING);
        if token.origin != Origin::Cache || token.expires_in > u64::from(minutes) * 60 {
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
