//! `config`: the profiles.

mod answers;
mod create;
mod delete;
mod draft;
mod list;
mod show;

use clap::{Args, Subcommand};

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
    #[command(after_help = create::EXAMPLES)]
    Create(Box<create::Create>),

    /// Delete a profile, its stored secrets and its cached tokens
    Delete(delete::Delete),

    /// List the profiles; piped: one bare name a line
    List(list::List),

    /// Show one profile; secrets are never shown
    #[command(after_help = show::NOTE)]
    Show(show::Show),
}

impl Config {
    pub(crate) fn run(&self, output: &Output) -> Outcome {
        match &self.command {
            Command::Create(create) => create.run(output),
            Command::Delete(delete) => delete.run(output),
            Command::List(list) => list.run(output),
            Command::Show(show) => show.run(output),
        }
    }
}
