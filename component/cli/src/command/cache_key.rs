//! `cache-key`: a new key for `ENTRA_AUTH_CLI_CACHE_KEY`.

use sealing::cache_key::to_text;
use sealing::sealed::Key;

use crate::clap::{self, Args};
use crate::input::random;
use crate::output::exit_code::ExitCode;
use crate::output::{Outcome, Output};

/// Examples for the help.
pub(crate) const EXAMPLES: &str = "\
Examples:
  export ENTRA_AUTH_CLI_CACHE_KEY=$(entra-auth-cli cache-key)

Whoever has the key and the folder has the tokens: keep it with the secrets
of the pipeline. Tokens that another key sealed are asked for anew.";

/// Arguments of `cache-key`.
#[derive(Args)]
pub(crate) struct CacheKey {}

impl CacheKey {
    #[expect(clippy::unused_self, reason = "as every command")]
    pub(crate) fn run(&self, output: &Output) -> Outcome {
        let key = Key::new(random::bytes()?);
        output.result(&to_text(&key))?;
        Ok(ExitCode::Done)
    }
}
