//! Where a command finds the token that it is about.

use crate::bindings::files;
use crate::bindings::tokens;
use crate::input::{text, token};
use crate::output::Output;
use crate::output::error::Error;
use crate::profile::in_use::Source;
use crate::request::browser_options::BrowserOptions;
use crate::request::options::TokenOptions;
use crate::request::purpose::Purpose;

/// What the command line says about it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TokenSource<'a> {
    /// The token itself, or `-` for stdin.
    Argument(&'a str),
    File(&'a str),
    /// The token itself, a file if there is one of that name, or `-` for stdin.
    Word(&'a str),
    /// The cached token of a profile; nothing is sent.
    Profile(&'a str),
    /// The cached token of the default profile; nothing is sent.
    Default,
    /// Nothing: what is piped in, else the cached token of the default profile.
    Unnamed,
}

/// A token, as it was found.
#[derive(Debug)]
pub(crate) struct FoundToken {
    pub(crate) text: String,
    /// Whose cached token it is.
    pub(crate) profile: Option<String>,
    /// Who was asked for it.
    pub(crate) home: Option<Home>,
}

/// The authority and the tenant of a profile.
#[derive(Debug)]
pub(crate) struct Home {
    pub(crate) authority: String,
    pub(crate) tenant: String,
}

impl TokenSource<'_> {
    pub(crate) fn read(&self, output: &Output) -> Result<FoundToken, Error> {
        match self {
            Self::Argument("-") => token::whole_stdin().map(bare),
            Self::Argument(text) => token::from_text(text).map(bare),
            Self::File(path) => {
                token::from_bytes("the file", &files::read(path, text::LIMIT)?).map(bare)
            }
            Self::Word(word) => match is_path(word).then(|| files::read(word, text::LIMIT)) {
                Some(Ok(bytes)) => token::from_bytes("the file", &bytes).map(bare),
                Some(Err(_)) | None => Self::Argument(word).read(output),
            },
            Self::Profile(name) => cached(Some((*name).to_owned()), output),
            Self::Default => cached(None, output),
            Self::Unnamed => match token::piped_stdin(output)? {
                Some(token) => Ok(bare(token)),
                None => cached(None, output),
            },
        }
    }
}

fn bare(text: String) -> FoundToken {
    FoundToken {
        text,
        profile: None,
        home: None,
    }
}

/// A word that can be no token, but the name of a file.
fn is_path(word: &str) -> bool {
    word != "-" && word.len() <= LONGEST_PATH && !word.contains("eyJ")
}

/// `PATH_MAX` on Linux.
const LONGEST_PATH: usize = 4096;

fn cached(profile: Option<String>, output: &Output) -> Result<FoundToken, Error> {
    let prepared =
        TokenOptions::of(profile).prepare(Purpose::LookUp, &BrowserOptions::default(), output)?;
    let token = tokens::cached(&prepared.request).map_err(|error| prepared.explain(error))?;
    let token = token.ok_or_else(|| {
        Error::general(
            format!("no token found for {}", prepared.label()),
            match prepared.in_use.source {
                Source::Environment => {
                    "get one with `entra-auth-cli get-token`, or pipe a token in".to_owned()
                }
                Source::Demo | Source::Saved => format!(
                    "get one with `entra-auth-cli get-token -p {}`, or pipe a token in",
                    prepared.in_use.profile.name
                ),
            },
        )
    })?;
    Ok(FoundToken {
        text: token.access_token,
        profile: Some(prepared.in_use.profile.name),
        home: Some(Home {
            authority: prepared.request.authority,
            tenant: prepared.request.tenant,
        }),
    })
}
