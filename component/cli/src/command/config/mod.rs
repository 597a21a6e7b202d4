//! `config`: the profiles.

mod answers;
mod certificate_check;
mod changes;
mod create;
mod delete;
mod draft;
mod edit;
mod edit_menu;
mod export;
mod field_options;
mod import;
mod list;
mod migrate;
mod passphrase_options;
mod profile_options;
mod show;

use crate::clap::{self, Args, Subcommand};
use crate::output::{Outcome, Output};

/// Commands about profiles.
#[derive(Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Config {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Create a profile, by questions or by flags
    #[command(after_long_help = create::EXAMPLES)]
    Create(Box<create::Create>),

    /// Delete a profile, its stored secrets and its cached tokens
    #[command(after_long_help = delete::EXAMPLES)]
    Delete(delete::Delete),

    /// Change a profile, by options or in a menu
    #[command(after_long_help = edit::EXAMPLES)]
    Edit(Box<edit::Edit>),

    /// Write profiles to a file, with secrets only under a passphrase
    #[command(after_long_help = export::EXAMPLES)]
    Export(export::Export),

    /// Take profiles over from a file, all or none
    #[command(after_long_help = import::EXAMPLES)]
    Import(import::Import),

    /// List the profiles; piped: one bare name a line
    #[command(after_long_help = list::EXAMPLES)]
    List(list::List),

    /// Take over the secrets that the .NET tool keeps in files on Linux
    #[command(after_long_help = migrate::EXAMPLES)]
    Migrate(migrate::Migrate),

    /// Show one profile, or where secrets are kept
    #[command(after_long_help = show::EXAMPLES)]
    Show(show::Show),
}

impl Config {
    pub(crate) fn run(&self, output: &Output) -> Outcome {
        match &self.command {
            Command::Create(create) => create.run(output),
            Command::Delete(delete) => delete.run(output),
            Command::Edit(edit) => edit.run(output),
            Command::Export(export) => export.run(output),
            Command::Import(import) => import.run(output),
            Command::List(list) => list.run(output),
            Command::Migrate(migrate) => migrate.run(output),
            Command::Show(show) => show.run(output),
        }
    }
}
