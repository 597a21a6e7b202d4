//! `man-page`: the manual page of a command, as `man` reads it. Pages are made from the definition of the command line, so
//! that they come with the program and say what it does.

use std::io;

use clap_mangen::Man;

use crate::clap::{self, Args, Command};
use crate::command_line::surroundings::{FILES, VARIABLES};
use crate::command_line::{self, NAME};
use crate::output::error::Error;
use crate::output::exit_code::{self, ExitCode};
use crate::output::{Outcome, Output};

/// Examples for the help.
pub(crate) const EXAMPLES: &str = "\
Examples:
  entra-auth-cli man-page | man -l -
  entra-auth-cli man-page config create | man -l -
  entra-auth-cli man-page > ~/.local/share/man/man1/entra-auth-cli.1";

/// Arguments of `man-page`.
#[derive(Args)]
pub(crate) struct ManPage {
    /// Command that it is about [default: the program]
    #[arg(value_name = "COMMAND")]
    command: Vec<String>,
}

impl ManPage {
    pub(crate) fn run(&self, output: &Output) -> Outcome {
        let definition = command_line::definition(command_line::USUAL_WIDTH);
        let mut command = &definition;
        for word in &self.command {
            command = command.find_subcommand(word).ok_or_else(unknown)?;
        }
        let page = page(command).map_err(|_| unwritten())?;
        output.result(&page)?;
        Ok(ExitCode::Done)
    }
}

fn page(command: &Command) -> io::Result<String> {
    let is_program = command.get_name() == NAME;
    let mut page = Vec::new();
    // What stands behind the options is set as it is: lines of examples are lines.
    let examples = command.get_after_long_help().map(ToString::to_string);
    // The program's version, and no page about help: none is installed.
    let command = match command.find_subcommand("help") {
        Some(_) => command
            .clone()
            .mut_subcommand("help", |help| help.hide(true)),
        None => command.clone(),
    };
    let source = format!("{NAME} {}", env!("CARGO_PKG_VERSION"));
    // Without a name of the manual `man` has a longer one, which no long name of a command leaves room for. An empty date is left out,
    // and what follows would take its place; one of the build would make each build another page.
    let man = Man::new(command.clone())
        .date(" ")
        .source(source)
        .manual("User Commands");
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    let mut page = String::from_utf8_lossy(&page).into_owned();
    let examples = examples.unwrap_or_default();
    let examples = match is_program {
        true => examples.replace(exit_code::TABLE, ""),
        false => examples,
    };
    let examples = examples.trim().trim_start_matches("Examples:");
    page.push_str(&section("EXAMPLES", &as_it_is(examples.trim_matches('\n'))));
    if is_program {
        page.push_str(&section("ENVIRONMENT", &list(VARIABLES)));
        page.push_str(&section("FILES", &list(FILES)));
        let codes = exit_code::TABLE.trim_start_matches("Exit codes:");
        page.push_str(&section("EXIT STATUS", &as_it_is(codes.trim_matches('\n'))));
    }
    Ok(page)
}

fn section(heading: &str, text: &str) -> String {
    format!(".SH \"{heading}\"\n{text}")
}

/// groff_man(7): a term and what is said of it.
fn list(entries: &[(&str, &str)]) -> String {
    let entries = entries.iter();
    entries
        .map(|(term, text)| format!(".TP\n\\fB{}\\fR\n{}\n", escaped(term), escaped(text)))
        .collect()
}

fn as_it_is(text: &str) -> String {
    let lines = text.lines().map(|line| format!("{}\n", escaped(line)));
    // As far to the left as headings are: the lines fill the width of a terminal.
    format!(".nf\n.in 0\n{}.in\n.fi\n", lines.collect::<String>())
}

/// A line that groff takes for nothing but text.
fn escaped(line: &str) -> String {
    let line = line.replace('\\', "\\e").replace('-', "\\-");
    match line.starts_with(['.', '\'']) {
        true => format!("\\&{line}"),
        false => line,
    }
}

fn unknown() -> Error {
    Error::bad_arguments(
        "there is no such command",
        format!("`{NAME} --help` lists them"),
    )
}

fn unwritten() -> Error {
    Error::general("the manual page could not be made", "report this")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_page() {
        let definition = command_line::definition(command_line::USUAL_WIDTH);
        check(&definition);
        let page = page(&definition).unwrap();
        for heading in ["ENVIRONMENT", "FILES", "EXIT STATUS"] {
            assert!(page.contains(&format!(".SH \"{heading}\"")), "{page}");
        }
        assert!(page.contains("AZURE_CLIENT_SECRET"), "{page}");
    }

    fn check(command: &Command) {
        if command.get_name() == "help" {
            return;
        }
        let page = page(command).unwrap();
        for part in [".TH", ".SH NAME", ".SH SYNOPSIS", ".SH OPTIONS", "EXAMPLES"] {
            assert!(page.contains(part), "{}: {part}", command.get_name());
        }
        command.get_subcommands().for_each(check);
    }

    #[test]
    fn no_line_is_taken_for_a_request() {
        assert_eq!(
            as_it_is(".x\n'y\na-b \\"),
            ".nf\n.in 0\n\\&.x\n\\&'y\na\\-b \\e\n.in\n.fi\n"
        );
    }
}
