//! `config edit`: by options, or in a menu, which a script can work through on stdin.

use super::changes::Changes;
use super::edit_menu;
use super::field_options::Fields;
use super::profile_options::ProfileOptions;
use crate::clap::{self, Args};
use crate::output::exit_code::ExitCode;
use crate::output::{Outcome, Output};
use crate::profile::fields;
use crate::profile::saved;

/// Examples for the help.
pub(crate) const EXAMPLES: &str = "\
Examples:
  entra-auth-cli config edit -p my-api-client
  entra-auth-cli config edit -p my-api-client --client-secret - < secret.txt
  entra-auth-cli config edit -p dev --new-name development --flow automatic
  printf '3\\n%s\\nq\\n' \"$SECRET\" | entra-auth-cli config edit -p my-api-client

Options change their fields and nothing is asked. Without any, a menu is shown;
without a terminal its answers are read from stdin: the number of a field, its
new value, and `q` at the end. Nothing is saved before the end.
An empty value takes a redirect URI or an authority away.";

/// Flags of `config edit`.
#[derive(Args)]
pub(crate) struct Edit {
    #[command(flatten)]
    which: ProfileOptions,

    /// Rename the profile
    #[arg(long, visible_alias = "rename", value_name = "NAME")]
    new_name: Option<String>,

    #[command(flatten)]
    fields: Fields,

    /// Save it even if its certificate cannot be used now
    #[arg(long)]
    force: bool,

    /// Show the menu besides
    #[arg(long)]
    interactive: bool,
}

impl Edit {
    pub(crate) fn run(&self, output: &Output) -> Outcome {
        let document = saved::load()?;
        let profile = self.which.saved(&document, output)?;
        let mut changes = Changes::of(profile);
        changes.take(&self.fields, output)?;
        if let Some(name) = &self.new_name {
            changes.after.name = fields::name(name.trim())?;
        }
        let has_options = self.fields.are_given() || self.new_name.is_some();
        if self.interactive || !has_options {
            edit_menu::work_through(&mut changes, output)?;
        }
        if changes.are_none() {
            output.notice(&format!("Profile '{}' stays as it is", profile.name));
            return Ok(ExitCode::Done);
        }
        if !self.force {
            changes.check_certificate(output)?;
        }
        let saved = changes.save(output)?;
        output.notice(&format!("✓ Profile '{}' updated", saved.name));
        Ok(ExitCode::Done)
    }
}
