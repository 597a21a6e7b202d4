//! `inspect`: what a token says, without trusting it; with `--verify`, whether an API would.

use serde_json::{Map, Value};

use crate::clap::{self, Args};
use crate::input::named::{self, Named};
use crate::output::error::{BadValue, Error};
use crate::output::json::to_json;
use crate::output::yaml::to_yaml;
use crate::output::{Outcome, Output};
use crate::token::inspection::{Inspection, section};
use crate::token::judgement::ApiOptions;
use crate::token::source::{FoundToken, Home, TokenSource};

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

    /// Profile whose cached token is meant; with `--verify` and a token, whose tenant the API trusts
    #[arg(short, long, value_name = "NAME")]
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
        let found = self.found(output)?;
        let mut inspection = Inspection::decode(&found.text)?;
        inspection.judgement = self.api.judge(&found, inspection.issuer())?;
        output.result(&self.shown(&inspection, output)?)?;
        Ok(inspection.verdict())
    }

    /// A token that is given is the one that is meant, and no other is looked at in its place.
    fn found(&self, output: &Output) -> Result<FoundToken, Error> {
        let found = self.source()?.read(output)?;
        match (&self.profile, &found.home) {
            (Some(profile), None) => Ok(FoundToken {
                home: Some(Home::of(profile, output)?),
                ..found
            }),
            _ => Ok(found),
        }
    }

    fn source(&self) -> Result<TokenSource<'_>, Error> {
        match (self.given(), &self.profile) {
            (Some(_), Some(_)) if !self.api.is_wanted() => Err(two_tokens()),
            (Some(given), _) => Ok(given),
            (None, Some(profile)) if !self.api.is_wanted() => Ok(TokenSource::Cached {
                profile: Some(profile),
                scope: None,
            }),
            (None, profile) => Ok(TokenSource::Unnamed(profile.as_deref())),
        }
    }

    fn given(&self) -> Option<TokenSource<'_>> {
        let word = self.argument.as_deref().map(TokenSource::Word);
        let text = self.token.as_deref().map(TokenSource::Argument);
        let path = self.file.as_deref().map(TokenSource::File);
        word.or(text).or(path)
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

fn two_tokens() -> Error {
    Error::bad_arguments(
        "a token is given, and `--profile` means the cached one",
        "leave one of them out; with `--verify` the profile says whom the API trusts",
    )
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
