//! The manual pages, one a command, written at build time from the definition of the command line.

use std::fs;
use std::io;
use std::path::Path;

use clap::Command;
use clap_mangen::Man;

use crate::command_line::{self, NAME};

/// Write the pages of section 1 into `folder`.
pub(crate) fn write(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    page(command_line::definition(), NAME, folder)
}

fn page(command: Command, name: &str, folder: &Path) -> io::Result<()> {
    for subcommand in command.get_subcommands() {
        if subcommand.get_name() != "help" {
            let name = format!("{name}-{}", subcommand.get_name());
            page(subcommand.clone(), &name, folder)?;
        }
    }
    let mut text = Vec::new();
    Man::new(command.name(name.to_owned())).render(&mut text)?;
    fs::write(folder.join(format!("{name}.1")), text)
}
