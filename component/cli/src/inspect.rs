//! `inspect`: what a token says, without trusting it.

use clap::Args;
use serde_json::{Map, Value};

use crate::bindings::errors;
use crate::bindings::files;
use crate::bindings::jwt::{self, Kind, Validity};
use crate::bindings::tokens;
use crate::browser_options::BrowserOptions;
use crate::choice::{self, Choice};
use crate::error::{BadValue, Error};
use crate::exit_code::ExitCode;
use crate::format::to_json;
use crate::inspection::{Inspection, section};
use crate::output::{Outcome, Output};
use crate::token_input;
use crate::token_request::{Purpose, WhichToken};
use crate::yaml::to_yaml;

/// Flags of `inspect`.
#[derive(Args)]
pub(crate) struct Inspect {
    /// The token; `-` reads it from stdin [default: what is piped in, else the cached token]
    #[arg(value_name = "TOKEN|-", group = "source")]
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
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PartFormat {
    Json,
    Pretty,
    Yaml,
}

impl Choice for PartFormat {
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
        choice::parse(text)
    }
}

impl Inspect {
    pub(crate) fn run(&self, output: &Output) -> Outcome {
        let token = self.token(output)?;
        let decoded = jwt::decode(&token).map_err(undecodable)?;
        if decoded.kind == Kind::Opaque {
            return Err(opaque(&token));
        }
        let inspection = Inspection::new(decoded);
        output.result(&self.shown(&inspection, output)?)?;
        Ok(verdict(inspection.decoded.validity))
    }

    fn token(&self, output: &Output) -> Result<String, Error> {
        match (&self.argument, &self.token, &self.file, &self.profile) {
            (Some(text), _, _, _) | (_, Some(text), _, _) if text == "-" => {
                token_input::whole_stdin()
            }
            (Some(text), _, _, _) | (_, Some(text), _, _) => Ok(token_input::from_text(text)),
            (_, _, Some(path), _) => {
                token_input::from_bytes(&files::read(path, token_input::LIMIT)?)
            }
            (_, _, _, Some(profile)) => cached(Some(profile.clone()), output),
            (None, None, None, None) => match token_input::piped_stdin()? {
                Some(token) => Ok(token),
                None => cached(None, output),
            },
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
        let document = || {
            part.cloned()
                .map_or_else(|| inspection.document(), Value::from)
        };
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

/// An expired token fails, because scripts ask this command whether a stored one is still good.
fn verdict(validity: Validity) -> ExitCode {
    match validity {
        Validity::Valid | Validity::Unknown => ExitCode::Done,
        Validity::Expired | Validity::NotYetValid => ExitCode::General,
    }
}

fn cached(profile: Option<String>, output: &Output) -> Result<String, Error> {
    let prepared =
        WhichToken::of(profile).prepare(Purpose::LookUp, &BrowserOptions::default(), output)?;
    let token = tokens::cached(&prepared.request).map_err(|error| prepared.explain(error))?;
    token.map(|token| token.access_token).ok_or_else(|| {
        Error::general(
            format!("no token found for {}", prepared.label()),
            "get one with `entra-auth-cli get-token`, or pipe a token in",
        )
    })
}

fn undecodable(error: errors::Error) -> Error {
    match error {
        errors::Error::RequestImpossible(problem) => Error::bad_arguments(
            problem.message,
            problem
                .hint
                .unwrap_or_else(|| "check that the token was copied whole".to_owned()),
        ),
        error => error.into(),
    }
}

fn opaque(token: &str) -> Error {
    if token.is_empty() {
        return Error::bad_arguments(
            "no token provided",
            "the command that should have written it may have failed",
        );
    }
    Error::bad_arguments(
        format!(
            "invalid token format: no JWT ({} characters)",
            token.chars().count()
        ),
        "if it is an opaque access token, only the API that it is meant for can read it",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_usable_token_succeeds() {
        for (validity, expected) in [
            (Validity::Valid, ExitCode::Done),
            (Validity::Unknown, ExitCode::Done),
            (Validity::Expired, ExitCode::General),
            (Validity::NotYetValid, ExitCode::General),
        ] {
            assert_eq!(verdict(validity), expected);
        }
    }

    #[test]
    fn messages_about_tokens_do_not_quote_them() {
        let error = opaque("s3cr3t-opaque-token");
        assert_eq!(
            error.message,
            "invalid token format: no JWT (19 characters)"
        );
        assert_eq!(opaque("").message, "no token provided");
    }
}
