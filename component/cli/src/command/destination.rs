//! Where `get-token` and `refresh` put the token: to stdout, a file or the clipboard, and in which shape.

use crate::bindings::tokens::{Origin, Token};
use crate::bindings::{clipboard, files};
use crate::clap::{self, Args};
use crate::output::Output;
use crate::output::civil_time;
use crate::output::error::{BadValue, Error};
use crate::output::exit_code::ExitCode;
use crate::request::prepared::Prepared;
use crate::token::shape::{Shape, Wanted};

/// The output options.
#[derive(Args)]
pub(crate) struct Destination {
    /// `token` (the default), `json`, `yaml`, `az`; anything else is a file
    #[arg(short, long, value_name = "FORMAT|FILE")]
    output: Option<Target>,

    /// File to write instead of stdout, for its owner's eyes alone
    #[arg(long, value_name = "FILE")]
    file: Option<String>,

    /// JSON with accessToken, expiresOn, tokenType and scopes
    #[arg(long)]
    json: bool,

    /// The ID token, which says who signed in, instead; in a document, too
    #[arg(long)]
    id_token: bool,

    /// Copy the token to the clipboard too
    #[arg(long, conflicts_with = "no_clipboard")]
    clipboard: bool,

    /// Accepted for existing scripts: this is the default
    #[arg(long)]
    no_clipboard: bool,
}

/// The value of `--output`: published documents use it for both.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Target {
    File(String),
    Shape(Shape),
}

impl std::str::FromStr for Target {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Self, BadValue> {
        match text.to_ascii_lowercase().as_str() {
            "token" | "text" => Ok(Self::Shape(Shape::Token)),
            "json" => Ok(Self::Shape(Shape::Json)),
            "yaml" => Ok(Self::Shape(Shape::Yaml)),
            "az" => Ok(Self::Shape(Shape::Az)),
            "" => Err(BadValue::new(
                "the output format is empty",
                "give `token`, `json`, `yaml`, `az` or a file",
            )),
            word => match misspelt(word) {
                Some(format) => Err(BadValue::new(
                    format!("unknown output format `{text}`"),
                    format!("did you mean `{format}`? A file of that name is `./{text}`"),
                )),
                None => Ok(Self::File(text.to_owned())),
            },
        }
    }
}

/// The format that a bare word was meant to be: with one letter left out, added or changed, or two next to each other the wrong
/// way round.
fn misspelt(word: &str) -> Option<&'static str> {
    FORMATS
        .into_iter()
        .find(|format| strsim::osa_distance(word, format) == 1)
}

/// Long enough that a file is hardly called one letter different.
const FORMATS: [&str; 4] = ["json", "yaml", "token", "text"];

impl Destination {
    /// Refuse contradictions before anything is asked of the server.
    pub(crate) fn check(&self) -> Result<(), Error> {
        match (&self.output, &self.file) {
            (Some(Target::File(_)), Some(_)) => Err(Error::bad_arguments(
                "two files are named for one token",
                "give the file once, by `--output` or by `--file`",
            )),
            (Some(Target::Shape(Shape::Az)), _) if self.id_token => Err(Error::bad_arguments(
                "format `az` has no ID token",
                "give `--output token`, `json` or `yaml`",
            )),
            (Some(Target::Shape(_)), _) if self.json => Err(Error::bad_arguments(
                "two formats are named for one token",
                "give `--json` or `--output`; their JSON differs in the names of the members",
            )),
            _ => Ok(()),
        }
    }

    /// Hand over the token and tell a person about it.
    pub(crate) fn write(
        &self,
        token: &Token,
        prepared: &Prepared,
        output: &Output,
    ) -> Result<(), Error> {
        let wanted = self.wanted(token)?;
        let shape = self.shape();
        let text = shape.text(token, wanted, &prepared.in_use.profile.tenant_id)?;
        if self.clipboard {
            // First of all: where it fails, nothing was printed, and the token is cached.
            clipboard::copy(wanted.text(token))?;
            output.notice("✓ Token copied to the clipboard");
        }
        match self.path() {
            Some(path) => {
                files::write(path, format!("{}\n", text.trim_end()).as_bytes())?;
                output.notice(&format!("✓ Token saved to {path}"));
            }
            None => output.result(&text)?,
        }
        // Whatever stderr is: a person was there, and it may have been another one than whoever works with the token.
        if let (Origin::Person, Some(account)) = (token.origin, &token.account) {
            output.signed_in(account);
        }
        output.notices(&summary(token, &prepared.label()));
        for notice in &token.notices {
            output.notice(&format!("warning: {notice}"));
        }
        Ok(())
    }

    fn wanted<'a>(&self, token: &'a Token) -> Result<Wanted<'a>, Error> {
        match (self.id_token, &token.id_token) {
            (false, _) => Ok(Wanted::AccessToken),
            (true, Some(id_token)) => Ok(Wanted::IdToken(id_token)),
            (true, None) => Err(Error::new(
                ExitCode::General,
                "no ID token came with this token",
                "an ID token says who signed in: choose a flow in which a person does, such as `-f DeviceCode`",
            )),
        }
    }

    fn shape(&self) -> Shape {
        match &self.output {
            Some(Target::Shape(shape)) => *shape,
            Some(Target::File(_)) | None if self.json => Shape::CamelCaseJson,
            Some(Target::File(_)) | None => Shape::Token,
        }
    }

    fn path(&self) -> Option<&str> {
        match &self.output {
            Some(Target::File(path)) => Some(path),
            Some(Target::Shape(_)) | None => self.file.as_deref(),
        }
    }
}

fn summary(token: &Token, label: &str) -> Vec<String> {
    let origin = match token.origin {
        Origin::Cache => "from the cache",
        Origin::Person | Origin::Server => "from the server",
    };
    let account = token.account.iter();
    let account = account.map(|account| format!("  Account: {account}"));
    let lines = [
        format!("✓ Token for {label}, {origin}"),
        format!(
            "  Expires: {} ({} left)",
            civil_time::readable(token.expires_at),
            civil_time::span(token.expires_in)
        ),
        format!("  Scopes:  {}", token.scopes.join(" ")),
    ];
    lines.into_iter().chain(account).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::shape::tests::token;

    #[test]
    fn an_output_value_is_a_format_or_a_file() {
        for (text, expected) in [
            ("token", Target::Shape(Shape::Token)),
            ("text", Target::Shape(Shape::Token)),
            ("JSON", Target::Shape(Shape::Json)),
            ("yaml", Target::Shape(Shape::Yaml)),
            ("az", Target::Shape(Shape::Az)),
            ("token.txt", Target::File("token.txt".to_owned())),
        ] {
            assert_eq!(text.parse::<Target>().ok(), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_misspelt_format_is_no_file() {
        for (text, is_format) in [
            ("jsn", true),
            ("josn", true),
            ("jsonn", true),
            ("yml", true),
            ("tokens", true),
            ("txt", true),
            ("./jsn", false),
            ("jsn.txt", false),
            ("out", false),
            ("tok", false),
            ("result", false),
        ] {
            let parsed = text.parse::<Target>();
            assert_eq!(parsed.is_err(), is_format, "{text}: {parsed:?}");
        }
    }

    #[test]
    fn the_summary_holds_no_token() {
        let lines = summary(&token(), "profile 'p'").join("\n");
        assert_eq!(
            lines,
            "✓ Token for profile 'p', from the cache\n  \
             Expires: 2025-12-28 15:30:00 UTC (59 minutes left)\n  \
             Scopes:  api://x/read api://x/write"
        );
    }
}
