//! The passphrase of an export: from an option, the environment, stdin, or a person.

use ::text::first_line;
use zeroize::Zeroizing;

use crate::clap::{self, Args};
use crate::input::environment::variable;
use crate::input::file;
use crate::input::secret::{Secret, hidden};
use crate::input::{environment, stdin, text};
use crate::output::Output;
use crate::output::error::Error;
use crate::output::exit_code::ExitCode;
use crate::profile::transfer::{Encrypted, wrong_passphrase};

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

/// What stdin carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stdin {
    /// Nothing else, so its first line may be the passphrase.
    Free,
    /// The import itself.
    Taken,
}

/// How often a typed passphrase may be wrong, as often as at a login.
const TRIES: usize = 3;

impl PassphraseOptions {
    /// Whether one was given by an option.
    pub(super) fn are_given(&self) -> bool {
        self.passphrase_stdin || self.passphrase_file.is_some()
    }

    /// For a new export.
    pub(super) fn to_seal(&self, output: &Output) -> Result<Secret, Error> {
        // Lines of a loop would seal what nobody could open again.
        let piped = || Ok(None);
        if let Some(secret) = self.given(Stdin::Free, piped)? {
            return Ok(secret);
        }
        introduce("The export gets a passphrase of its own:", output);
        loop {
            let first = typed(output)?;
            if ask("Passphrase again: ")? == first {
                return Ok(first);
            }
            output.instruction("the two differ; type it again");
        }
    }

    /// What an export holds. Who types the passphrase may mistype it.
    pub(super) fn open(
        &self,
        encrypted: &Encrypted,
        stream: Stdin,
        output: &Output,
    ) -> Result<Zeroizing<String>, Error> {
        if let Some(secret) = self.given(stream, || piped(stream))? {
            return encrypted.open(&secret)?.ok_or_else(wrong_passphrase);
        }
        introduce("The export opens with its own passphrase:", output);
        for _ in 1..TRIES {
            if let Some(text) = encrypted.open(&typed(output)?)? {
                return Ok(text);
            }
            output.instruction("it does not open the export; type it again");
        }
        encrypted
            .open(&typed(output)?)?
            .ok_or_else(wrong_passphrase)
    }

    /// Nothing if it is to be asked for.
    fn given(
        &self,
        stream: Stdin,
        piped: impl FnOnce() -> Result<Option<Secret>, Error>,
    ) -> Result<Option<Secret>, Error> {
        let given = if let Some(path) = &self.passphrase_file {
            Some(first_line_of(path)?)
        } else if self.passphrase_stdin {
            if stream == Stdin::Taken {
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
            piped()?
        };
        match given {
            Some(secret) if secret.is_empty() => Err(Error::bad_arguments(
                "the passphrase is empty",
                "check the variable or the command that should have filled it",
            )),
            given => Ok(given),
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

/// Where there is no keyring, the secrets of this machine have another one.
fn introduce(line: &str, output: &Output) {
    if output.can_ask() {
        output.instruction(line);
    }
}

fn typed(output: &Output) -> Result<Secret, Error> {
    loop {
        let typed = ask("Passphrase: ")?;
        if !typed.is_empty() {
            return Ok(typed);
        }
        output.instruction("it is empty; type it again");
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
