//! Where a command finds the token that it is about.

use crate::bindings::files;
use crate::bindings::tokens::{self, CacheUse};
use crate::input::environment::variable;
use crate::input::{file, text, token};
use crate::output::Output;
use crate::output::error::Error;
use crate::profile::in_use::Source;
use crate::profile::stored_secrets;
use crate::request::browser_options::BrowserOptions;
use crate::request::options::TokenOptions;
use crate::request::prepared::{Prepared, with_scope};
use crate::request::purpose::Purpose;

/// What the command line says about it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TokenSource<'a> {
    /// The token itself, or `-` for stdin.
    Argument(&'a str),
    File(&'a str),
    /// The token itself, a file if there is one of that name, or `-` for stdin.
    Word(&'a str),
    /// The cached token of a profile, or of the default one, for its own scopes or others; nothing is sent.
    Cached {
        profile: Option<&'a str>,
        scope: Option<&'a str>,
    },
    /// Nothing: what is piped in, else the cached token of this profile, or of the default one.
    Unnamed(Option<&'a str>),
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
                token::from_bytes("the file", &file::read(path, text::LIMIT)?).map(bare)
            }
            Self::Word(word) => match is_path(word).then(|| files::read(word, text::LIMIT)) {
                Some(Ok(bytes)) => token::from_bytes("the file", &bytes).map(bare),
                Some(Err(_)) | None => Self::Argument(word).read(output),
            },
            Self::Cached { profile, scope } => cached(*profile, *scope, output),
            Self::Unnamed(profile) => match token::piped_stdin(output)? {
                Some(token) => Ok(bare(token)),
                None => cached(*profile, None, output),
            },
        }
    }
}

impl Home {
    /// That of a profile.
    pub(crate) fn of(profile: &str, output: &Output) -> Result<Self, Error> {
        Ok(Self::from(&look_up(Some(profile), None, output)?))
    }
}

impl From<&Prepared> for Home {
    fn from(prepared: &Prepared) -> Self {
        Self {
            authority: prepared.request.authority.clone(),
            tenant: prepared.request.tenant.clone(),
        }
    }
}

fn look_up(profile: Option<&str>, scope: Option<&str>, output: &Output) -> Result<Prepared, Error> {
    let own = |text: Option<&str>| text.map(ToOwned::to_owned);
    let options = TokenOptions::of(own(profile), own(scope));
    options.prepare(Purpose::LookUp, &BrowserOptions::default(), output)
}

fn bare(text: String) -> FoundToken {
    FoundToken {
        text,
        profile: None,
        home: None,
    }
}

/// A host may keep the variable to itself, so it is not known here that there is none.
fn why_none_is_kept() -> Option<String> {
    match variable(CACHE_KEY) {
        Some(_) => None,
        None => stored_secrets::why_none_can_be(),
    }
}

/// The cache's key, else it is kept where secrets are.
const CACHE_KEY: &str = "ENTRA_AUTH_CLI_CACHE_KEY";

/// A word that can be no token, but the name of a file.
fn is_path(word: &str) -> bool {
    word != "-" && word.len() <= LONGEST_PATH && !word.contains("eyJ")
}

/// `PATH_MAX` on Linux.
const LONGEST_PATH: usize = 4096;

fn cached(
    profile: Option<&str>,
    scope: Option<&str>,
    output: &Output,
) -> Result<FoundToken, Error> {
    let prepared = look_up(profile, scope, output)?;
    let token = match prepared.in_use.source {
        // Nothing of it is kept, and nothing of it leaves this program.
        Source::Demo => tokens::acquire(&prepared.request, CacheUse::Bypass).map(Some),
        Source::Environment | Source::Saved => tokens::cached(&prepared.request),
    };
    let token = token.map_err(|error| prepared.explain(error))?;
    let token = token.ok_or_else(|| {
        let hint = prepared.naming_profile("get one with `entra-auth-cli get-token`");
        let hint = scope.map_or_else(|| hint.clone(), |scope| with_scope(&hint, scope));
        Error::general(
            format!("no token found for {}", prepared.label()),
            // Else the advice would lead back to here.
            match why_none_is_kept() {
                Some(reason) => format!("{hint}; without {CACHE_KEY} none is kept here: {reason}"),
                None => hint,
            },
        )
    })?;
    Ok(FoundToken {
        text: token.access_token,
        home: Some(Home::from(&prepared)),
        profile: Some(prepared.in_use.profile.name),
    })
}
