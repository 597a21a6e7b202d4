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

/// Change the document: read it, apply `change`, put it back if nobody else did in the meantime,
/// else do it again on what they left.
pub(crate) fn update<T>(
    change: impl Fn(&mut ProfileDocument) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut attempt = 1;
    loop {
        let previous = profile_store::read()?;
        let mut document = parse(previous.as_deref())?;
        let value = change(&mut document)?;
        match profile_store::replace(previous.as_deref(), &document.to_text()) {
            Ok(()) => return Ok(value),
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
