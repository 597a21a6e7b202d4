//! `inspect`: what a token says, without trusting it; with `--verify`, whether an API would.

use clap::Args;
use serde_json::{Map, Value};

use crate::input::named::{self, Named};
use crate::output::error::{BadValue, Error};
use crate::output::json::to_json;
use crate::output::yaml::to_yaml;
use crate::output::{Outcome, Output};
use crate::token::inspection::{Inspection, section};
use crate::token::judgement::ApiOptions;
use crate::token::source::TokenSource;

/// Flags of `inspect`.
#[derive(Args)]
pub(crate) struct Inspect {
    /// The token or a file that holds it; `-` is stdin [default: what is piped in, else the cached token]
    #[arg(value_name = "TOKEN|FILE|-", group = "source")]
    argument: Option<String>,

    /// The token
    #[arg(short, long, value_name = "TOKEN", group = "source")]
    token: Option<String>,

    /// File that holds the token
    #[arg(short, long, value_name = "FILE", group = "source")]
    file: Option<String>,

    /// Profile whose cached token is meant; nothing is sent
    #[arg(short, long, value_name = "NAME", group = "source")]
    profile: Option<String>,

    /// Format: pretty (on a terminal), json (elsewhere) or yaml
    #[arg(short, long, value_name = "FORMAT")]
    output: Option<PartFormat>,

    /// Only the claims
    #[arg(long, conflicts_with = "header")]
    claims: bool,

    /// Only the header
    #[arg(long)]
    header: bool,

    #[command(flatten)]
    api: ApiOptions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PartFormat {
    Json,
    Pretty,
    Yaml,
}

impl Named for PartFormat {
    const NAMES: &'static [(Self, &'static str)] = &[
        (Self::Pretty, "pretty"),
        (Self::Json, "json"),
        (Self::Yaml, "yaml"),
    ];
    const ALIASES: &'static [(Self, &'static str)] = &[(Self::Pretty, "text")];
    const NOUN: &'static str = "output format";
}

impl std::str::FromStr for PartFormat {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Self, BadValue> {
        named::parse(text)
    }
}

impl Inspect {
    pub(crate) fn run(&self, output: &Output) -> Outcome {
        let found = self.source().read(output)?;
        let mut inspection = Inspection::decode(&found.text)?;
        inspection.judgement = self.api.judge(&found)?;
        output.result(&self.shown(&inspection, output)?)?;
        Ok(inspection.verdict())
    }

    fn source(&self) -> TokenSource<'_> {
        if let Some(word) = &self.argument {
            TokenSource::Word(word)
        } else if let Some(text) = &self.token {
            TokenSource::Argument(text)
        } else if let Some(path) = &self.file {
            TokenSource::File(path)
        } else if let Some(profile) = &self.profile {
            TokenSource::Cached {
                profile: Some(profile),
                scope: None,
            }
        } else {
            TokenSource::Unnamed
        }
    }

    fn shown(&self, inspection: &Inspection, output: &Output) -> Result<String, Error> {
        let default = if output.stdout_is_terminal() {
            PartFormat::Pretty
        } else {
            PartFormat::Json
        };
        let format = self.output.unwrap_or(default);
        let part = if self.claims {
            Some(inspection.claims.as_ref().ok_or_else(unreadable_claims)?)
        } else if self.header {
            Some(inspection.header.as_ref().ok_or_else(unreadable_header)?)
        } else {
            None
        };
        // Scripts read claims at the top and under `payload`, as was published; a person reads each once.
        let whole = || match output.stdout_is_terminal() {
            true => inspection.parts(),
            false => inspection.document(),
        };
        let document = || part.cloned().map_or_else(whole, Value::from);
        Ok(match format {
            PartFormat::Json => to_json(&document()),
            PartFormat::Yaml => to_yaml(&document()),
            PartFormat::Pretty => part.map_or_else(|| inspection.page(output), page_of),
        })
    }
}

fn page_of(members: &Map<String, Value>) -> String {
    section(members).join("\n")
}

fn unreadable_claims() -> Error {
    Error::bad_arguments(
        "cannot decrypt token: the claims are encrypted",
        "only the API that the token is meant for can read them; `--header` shows the header",
    )
}

fn unreadable_header() -> Error {
    Error::bad_arguments(
        "invalid token format: the header is no JSON object",
        "check that the token was copied whole",
    )
}
