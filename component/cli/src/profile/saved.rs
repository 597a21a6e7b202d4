//! The saved profiles, behind the profile store.

use crate::bindings::errors::Fault;
use crate::bindings::profile_store;
use crate::output::error::Error;
use crate::output::exit_code::ExitCode;
use crate::profile::document::ProfileDocument;

/// How often a change is tried again when another process was faster.
const ATTEMPTS: u32 = 5;

/// All saved profiles.
pub(crate) fn load() -> Result<ProfileDocument, Error> {
    parse(profile_store::read()?.as_deref())
}

/// A document that was changed, to be put back.
pub(crate) struct Changed {
    before: Option<String>,
    after: String,
}

impl Changed {
    /// Put the document back, unless another process has changed it since. Returns what made the command fail in the first
    /// place, with a word if that fails too.
    pub(crate) fn undo(self, cause: Error) -> Error {
        let before = self
            .before
            .unwrap_or_else(|| ProfileDocument::default().to_text());
        match profile_store::replace(Some(&self.after), &before) {
            Ok(()) => cause,
            Err(_) => Error {
                hint: Some(format!(
                    "{}; the profiles were changed all the same",
                    cause.hint.unwrap_or_default()
                )),
                ..cause
            },
        }
    }
}

/// Change the document: read it, apply `change`, put it back if nobody else did in the meantime,
/// else do it again on what they left.
pub(crate) fn update<T>(
    change: impl Fn(&mut ProfileDocument) -> Result<T, Error>,
) -> Result<(T, Changed), Error> {
    let mut attempt = 1;
    loop {
        let previous = profile_store::read()?;
        let mut document = parse(previous.as_deref())?;
        let value = change(&mut document)?;
        let next = document.to_text();
        match profile_store::replace(previous.as_deref(), &next) {
            Ok(()) => {
                let changed = Changed {
                    before: previous,
                    after: next,
                };
                return Ok((value, changed));
            }
            Err(failure) if failure.fault == Fault::Conflict && attempt < ATTEMPTS => attempt += 1,
            Err(failure) => return Err(failure.into()),
        }
    }
}

/// Names to choose from, for hints.
pub(crate) fn known_names(document: &ProfileDocument) -> String {
    let names = document.names();
    if names.is_empty() {
        "create one with `entra-auth-cli config create`, or try the built-in profile with `-p demo`"
            .to_owned()
    } else {
        format!("profiles are: {}", names.join(", "))
    }
}

/// The profile is not there.
pub(crate) fn not_found(name: &str, document: &ProfileDocument) -> Error {
    Error::new(
        ExitCode::ProfileNotFound,
        format!("profile '{name}' not found"),
        known_names(document),
    )
}

fn parse(text: Option<&str>) -> Result<ProfileDocument, Error> {
    ProfileDocument::parse(text.unwrap_or_default()).map_err(|problem| {
        let place = profile_store::location().unwrap_or_else(|_| "the profiles".to_owned());
        Error::general(
            format!("failed to parse profiles: {problem} in {place}"),
            "correct the file by hand or move it away; it was not touched",
        )
    })
}
