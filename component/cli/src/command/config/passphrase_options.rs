//! The passphrase of an export: from an option, the environment, stdin, or a person.

use ::text::first_line;
use clap::Args;
use zeroize::Zeroizing;

use crate::input::environment::variable;
use crate::input::file;
use crate::input::secret::{Secret, hidden};
use crate::input::{environment, stdin, text};
use crate::output::Output;
use crate::output::error::Error;
use crate::output::exit_code::ExitCode;

const VARIABLE: &str = "ENTRA_AUTH_CLI_EXPORT_PASSPHRASE";

/// Longer than anybody types.
const LARGEST_FILE: u32 = 64 << 10;

/// The options that give it.
#[derive(Args)]
pub(super) struct PassphraseOptions {
    /// Read the passphrase from the first line of stdin
    #[arg(long, conflicts_with = "passphrase_file")]
    passphrase_stdin: bool,

    /// Read the passphrase from the first line of a file
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<String>,
}

/// Whether a mistyped passphrase would be noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// Nobody could open what was sealed with it: it is asked for twice.
    Seal,
    Open,
}

/// What stdin carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stdin {
    /// Nothing else, so its first line may be the passphrase.
    Free,
    /// The import itself.
    Taken,
}

impl PassphraseOptions {
    /// Whether one was given by an option.
    pub(super) fn are_given(&self) -> bool {
        self.passphrase_stdin || self.passphrase_file.is_some()
    }

    pub(super) fn read(
        &self,
        intended: Use,
        stdin: Stdin,
        output: &Output,
    ) -> Result<Secret, Error> {
        let given = if let Some(path) = &self.passphrase_file {
            Some(first_line_of(path)?)
        } else if self.passphrase_stdin {
            if stdin == Stdin::Taken {
                return Err(Error::bad_arguments(
                    "the passphrase and the import cannot both come from stdin",
                    "name the import by `-i FILE`, or the passphrase by `--passphrase-file FILE`",
                ));
            }
            // At a terminal it is asked for, because typed text would be shown.
            match stdin::is_terminal() {
                true => None,
                false => Some(first_line_of_stdin()?),
            }
        } else if let Some(value) = variable(VARIABLE) {
            environment::check()?;
            Some(Secret::new(value))
        } else {
            match intended {
                // Lines of a loop would seal what nobody could open again.
                Use::Seal => None,
                Use::Open => piped(stdin)?,
            }
        };
        match given {
            Some(secret) if secret.is_empty() => Err(Error::bad_arguments(
                "the passphrase is empty",
                "check the variable or the command that should have filled it",
            )),
            Some(secret) => Ok(secret),
            None => asked(intended, output),
        }
    }
}

/// Published scripts pipe the passphrase in without saying so.
fn piped(stream: Stdin) -> Result<Option<Secret>, Error> {
    if stream == Stdin::Taken || stdin::is_terminal() {
        return Ok(None);
    }
    let secret = first_line_of_stdin()?;
    Ok((!secret.is_empty()).then_some(secret))
}

fn first_line_of_stdin() -> Result<Secret, Error> {
    let line = stdin::line().map_err(|fault| {
        Error::bad_arguments(
            format!("the passphrase cannot be read: stdin {fault}"),
            "give it as the first line, as UTF-8",
        )
    })?;
    Ok(Secret::new(line.unwrap_or_default().to_string()))
}

fn first_line_of(path: &str) -> Result<Secret, Error> {
    let content = Zeroizing::new(file::read(path, LARGEST_FILE)?);
    let text = text::decoded(&format!("`{path}`"), &content)?;
    Ok(Secret::new(first_line(&text).to_owned()))
}

fn asked(intended: Use, output: &Output) -> Result<Secret, Error> {
    // Where there is no keyring, the secrets of this machine have another one.
    if output.can_ask() {
        output.instruction(match intended {
            Use::Seal => "The export gets a passphrase of its own:",
            Use::Open => "The export opens with its own passphrase:",
        });
    }
    loop {
        let first = ask("Passphrase: ")?;
        if first.is_empty() {
            output.instruction("it is empty; type it again");
            continue;
        }
        if intended == Use::Open || ask("Passphrase again: ")? == first {
            return Ok(first);
        }
        output.instruction("the two differ; type it again");
    }
}

fn ask(question: &str) -> Result<Secret, Error> {
    match hidden(question)? {
        Some(answer) => Ok(Secret::new(answer)),
        None => Err(Error::new(
            ExitCode::BadArguments,
            "no passphrase is given, and there is no terminal to ask for it",
            format!("add `--passphrase-file FILE` or `--passphrase-stdin`, or set {VARIABLE}"),
        )),
    }
}
