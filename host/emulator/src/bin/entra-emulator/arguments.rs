//! The command line.

use std::path::PathBuf;

use clap::Parser;
use entra_emulator::Cloud;

/// Serve a local Entra ID tenant on this machine's loopback interface, for tests and trials.
///
/// Tenant contoso.onmicrosoft.com (11111111-2222-3333-4444-555555555555). Prints one line of JSON
/// when it is ready.
#[derive(Debug, Parser)]
#[command(version, after_long_help = CONTROLS)]
pub(crate) struct Arguments {
    /// Port on 127.0.0.1 and [::1]; 0 takes any free one
    #[arg(long, default_value_t = 8400)]
    pub(crate) port: u16,

    /// Serve https, with a certificate of a fresh test authority
    #[arg(long, requires = "ca_out")]
    pub(crate) tls: bool,

    /// Where to write the test authority's certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "tls")]
    pub(crate) ca_out: Option<PathBuf>,

    /// Another host that is meant, such as login.microsoftonline.com, for clients that a proxy leads here
    #[arg(long = "name", value_name = "HOST", requires = "tls")]
    pub(crate) names: Vec<String>,

    /// Cloud that the metadata names: global, china, us-government, france, germany or singapore
    #[arg(long, value_name = "NAME", default_value_t, hide_default_value = true)]
    pub(crate) cloud: Cloud,

    /// Write one line per request to stderr: method, path, status
    #[arg(long, short)]
    pub(crate) verbose: bool,
}

const CONTROLS: &str = "\
For tests:
  POST   /__emulator/faults    fault for the next token request: {\"status\": 429, \"retry_after\": \"7\"}
  GET    /__emulator/requests  the requests received, secrets included; DELETE forgets them
  POST   /__emulator/clock     move the clock: {\"advance\": 3600}
  POST   /__emulator/device    decide on a device code: {\"user_code\": \"…\", \"action\": \"approve\"}
  POST   /__emulator/policies  demand more of a sign-in: {\"client\": \"…\", \"code\": 50076}; DELETE ends it
  POST   /__emulator/revoke    end sessions and refresh tokens: {\"user\": \"…\", \"consent\": true}
  POST   /__emulator/external-token  a workload's token: {\"issuer\": \"…\", \"subject\": \"…\"}
  POST   /__emulator/options   switch behaviour: {\"sign_in_as\": \"alice@…\"}; GET lists all
  DELETE /__emulator           start afresh";
