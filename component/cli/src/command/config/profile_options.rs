//! Which profile a `config` command is about. To look at or to change by options, the only one is meant; for what
//! cannot be undone none is ever chosen for the user.

use crate::bindings::prompt::{self, Echo};
use crate::clap::{self, Args};
use crate::output::Output;
use crate::output::error::Error;
use crate::profile::Profile;
use crate::profile::document::ProfileDocument;
use crate::profile::fields;
use crate::profile::saved;

/// The options that name it.
#[derive(Args)]
pub(super) struct ProfileOptions {
    /// Name of the profile
    #[arg(short, long, value_name = "NAME", group = "which")]
    profile: Option<String>,

    /// The same as `--profile`
    #[arg(short, long, value_name = "NAME", group = "which")]
    name: Option<String>,

    /// The same as `--profile`
    #[arg(value_name = "NAME", group = "which", value_parser = fields::known_name)]
    argument: Option<String>,
}

impl ProfileOptions {
    /// What was given, if anything.
    pub(super) fn given(&self) -> Option<&str> {
        self.profile
            .as_deref()
            .or(self.name.as_deref())
            .or(self.argument.as_deref())
    }

    /// What was given, or the answer of a person.
    pub(super) fn name(
        &self,
        document: &ProfileDocument,
        output: &Output,
    ) -> Result<String, Error> {
        match self.given() {
            Some(name) => Ok(name.to_owned()),
            None => asked(document, output),
        }
    }

    /// What was given, or the only one there is, or the answer of a person.
    pub(super) fn name_or_only(
        &self,
        document: &ProfileDocument,
        output: &Output,
    ) -> Result<String, Error> {
        match (self.given(), document.profiles.as_slice()) {
            (None, [only]) => Ok(only.name.clone()),
            _ => self.name(document, output),
        }
    }

    /// The saved profile of that name.
    pub(super) fn saved<'a>(
        &self,
        document: &'a ProfileDocument,
        output: &Output,
    ) -> Result<&'a Profile, Error> {
        let name = self.name_or_only(document, output)?;
        document
            .find(&name)
            .ok_or_else(|| saved::not_found(&name, document))
    }
}

/// The answer of a person, where there is one.
fn asked(document: &ProfileDocument, output: &Output) -> Result<String, Error> {
    if document.profiles.is_empty() || !output.can_ask() {
        return Err(Error::bad_arguments(
            "no profile is named",
            format!("add `-p NAME`; {}", saved::known_names(document)),
        ));
    }
    output.instruction(&saved::known_names(document));
    let name = prompt::ask("Profile name: ", Echo::Shown)?;
    Ok(name.trim().to_owned())
}
