//! The command line.

use std::path::PathBuf;

use clap::Parser;
use entra_emulator::{Cloud, contoso, overview_text};

use crate::refusing_proxy::Refusal;

/// Serve a local Entra ID tenant on this machine's loopback interface, for tests and trials.
///
/// Prints one line of JSON when it is ready; `--help` lists who can sign in with what, and so does
/// the page at its address.
#[derive(Debug, Parser)]
#[command(version, after_long_help = after_help())]
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

    /// A certificate of your own (PEM, RSA), registered for the client 99999999-8888-7777-6666-555555555555
    #[arg(long = "certificate", value_name = "FILE")]
    pub(crate) certificates: Vec<PathBuf>,

    /// Cloud that the metadata names: global, china, us-government, france, germany or singapore
    #[arg(long, value_name = "NAME", default_value_t, hide_default_value = true)]
    pub(crate) cloud: Cloud,

    /// Something that goes wrong, as JSON: {"endpoint": "token", "status": 503, "times": 2}; may be repeated
    #[arg(long = "fault", value_name = "JSON")]
    pub(crate) faults: Vec<String>,

    /// Seconds that this server's clock is ahead of the real one; negative if it is behind
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 0,
        hide_default_value = true,
        allow_negative_numbers = true
    )]
    pub(crate) clock_offset: i64,

    /// Be a proxy too, at a port of its own, that refuses: a status such as 407, 403 or 502, `garbage`, `silent` or `hang-up`
    #[arg(long, value_name = "HOW")]
    pub(crate) refusing_proxy: Option<Refusal>,

    /// Write one line per request to stderr: method, path, status
    #[arg(long, short)]
    pub(crate) verbose: bool,
}

fn after_help() -> String {
    let overview = overview_text(&contoso().overview());
    format!("In the tenant:\n{overview}\n{CERTIFICATES}\n\n{CONTROLS}")
}

const CERTIFICATES: &str = "\
Registered certificates and their keys are in the source tree, in
host/emulator/key/client-credential; every password there is `emulator`.
Use it with `entra-auth-cli config create --authority http://127.0.0.1:8400`;
the API api://your-api-id answers below http://127.0.0.1:8400/your-api/.";

const CONTROLS: &str = "\
For tests:
  POST   /__emulator/faults    fault for the next token request: {\"status\": 429, \"retry_after\": \"7\"}
  GET    /__emulator/requests  the requests received, secrets included; DELETE forgets them
  POST   /__emulator/clock     move the clock: {\"advance\": 3600}
  POST   /__emulator/device    decide on a device code: {\"user_code\": \"…\", \"action\": \"approve\"}
  POST   /__emulator/policies  demand more of a sign-in: {\"client\": \"…\", \"code\": 50076}; DELETE ends it
  POST   /__emulator/revoke    end sessions and refresh tokens: {\"user\": \"…\", \"consent\": true}
  POST   /__emulator/external-token  a workload's token: {\"issuer\": \"…\", \"subject\": \"…\"}
  POST   /__emulator/certificates    register one: curl --data-binary @client.pem …; ?client=GUID
  POST   /__emulator/options   switch behaviour: {\"sign_in_as\": \"alice@…\"}; GET lists all
  DELETE /__emulator           start afresh";
