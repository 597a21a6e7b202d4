//! `status`: whose token is cached for a profile, for how long, and what it may do.

use serde_json::{Value, json};

use crate::clap::{self, Args};
use crate::command::format::{Format, structured};
use crate::output::{Outcome, Output};
use crate::profile::fields;
use crate::token::inspection::Inspection;
use crate::token::source::{FoundToken, TokenSource};

/// Examples for the help.
pub(crate) const EXAMPLES: &str = "\
Examples:
  entra-auth-cli status
  entra-auth-cli status -p my-api-client
  entra-auth-cli status -p my-api-client --output json | jq .expires_in

Nothing is sent. It ends with 0 if the cached token is valid, and with 1 if it
is expired or there is none.";

/// Flags of `status`.
#[derive(Args)]
pub(crate) struct Status {
    /// Profile [default: as for get-token]
    #[arg(short, long, value_name = "NAME")]
    profile: Option<String>,

    /// The same as `--profile`
    #[arg(value_name = "NAME", conflicts_with = "profile", value_parser = fields::known_name)]
    argument: Option<String>,

    /// The token for these scopes [default: the profile's own]
    #[arg(short, long, value_name = "SCOPES")]
    scope: Option<String>,

    /// Format: text (the default), json or yaml
    #[arg(short, long, value_name = "FORMAT")]
    output: Option<Format>,
}

impl Status {
    pub(crate) fn run(&self, output: &Output) -> Outcome {
        let source = TokenSource::Cached {
            profile: self.profile.as_deref().or(self.argument.as_deref()),
            scope: self.scope.as_deref(),
        };
        let found = source.read(output)?;
        let inspection = Inspection::decode(&found.text)?;
        let format = self.output.unwrap_or(Format::Text);
        let text = structured(&document(&inspection, &found), format);
        output.result(&text.unwrap_or_else(|| page(&inspection, &found, output)))?;
        Ok(inspection.verdict())
    }
}

fn page(inspection: &Inspection, found: &FoundToken, output: &Output) -> String {
    let profile = found.profile.as_deref().unwrap_or_default();
    let mut lines = vec![format!("Profile:     {profile}")];
    lines.extend(inspection.summary(output));
    lines.join("\n")
}

fn document(inspection: &Inspection, found: &FoundToken) -> Value {
    let claims = inspection.claims.clone().unwrap_or_default();
    let decoded = &inspection.decoded;
    json!({
        "profile": found.profile,
        "expires_at": decoded.expires_at,
        "expires_in": decoded.expires_in,
        "expired": inspection.is_expired(),
        "claims": claims,
    })
}
