//! A secret on its way from the command line to a capability.

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::bindings::errors::{Failure, Fault};
use crate::bindings::prompt::{self, Echo};
use crate::input::stdin;
use crate::output::Output;
use crate::output::error::Error;

/// Why `--client-secret -` is better.
pub(crate) const COMMAND_LINE_WARNING: &str = "warning: a secret on the command line can be seen by other programs and stays in the shell's history; `-` reads it from stdin";

/// Text that no message shows: no `Display`, no `Debug`, cleared when dropped.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub(crate) struct Secret(String);

/// A secret as a flag names it: `-` stands for the first line of stdin.
#[derive(Clone)]
pub(crate) enum SecretArgument {
    Stdin,
    Value(Secret),
}

impl Secret {
    pub(crate) fn new(value: String) -> Self {
        Self(value)
    }

    /// The text, for the one call that needs it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::str::FromStr for SecretArgument {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "-" => Self::Stdin,
            value => Self::Value(Secret::new(value.to_owned())),
        })
    }
}

impl SecretArgument {
    pub(crate) fn is_on_command_line(&self) -> bool {
        matches!(self, Self::Value(_))
    }

    /// The secret itself. `what` names it in the message when there is none.
    fn read(&self, what: &str) -> Result<Secret, Error> {
        let secret = match self {
            Self::Value(secret) => secret.clone(),
            Self::Stdin if stdin::is_terminal() => asked(what)?,
            Self::Stdin => first_line_of_stdin(what)?,
        };
        if secret.is_empty() {
            return Err(Error::bad_arguments(
                format!("the {what} is empty"),
                "check the variable or the command that should have filled it",
            ));
        }
        Ok(secret)
    }
}

/// The secret, if a flag names one; where everybody can read it, with a warning by `warn`.
pub(crate) fn given(
    argument: Option<&SecretArgument>,
    what: &str,
    output: &Output,
    warn: fn(&Output, &str),
) -> Result<Option<Secret>, Error> {
    let Some(argument) = argument else {
        return Ok(None);
    };
    if argument.is_on_command_line() {
        warn(output, COMMAND_LINE_WARNING);
    }
    argument.read(what).map(Some)
}

/// The hidden answer of a person; nothing where nobody can be asked.
pub(crate) fn hidden(question: &str) -> Result<Option<String>, Failure> {
    match prompt::ask(question, Echo::Hidden) {
        Ok(answer) => Ok(Some(answer)),
        Err(failure) if failure.fault == Fault::Absent => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// At a terminal `-` is a question, so that nothing shows what is typed.
fn asked(what: &str) -> Result<Secret, Error> {
    let mut letters = what.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    let question = format!("{}{}: ", first.unwrap_or_default(), letters.as_str());
    match hidden(&question)? {
        // Pasted secrets bring a blank along; no secret of Entra starts or ends with one.
        Some(answer) => Ok(Secret::new(answer.trim().to_owned())),
        None => Err(Error::bad_arguments(
            format!("the {what} cannot be asked for without being shown here"),
            "pipe it in, as in `printf %s \"$SECRET\" | …`",
        )),
    }
}

fn first_line_of_stdin(what: &str) -> Result<Secret, Error> {
    let line = stdin::line().map_err(|fault| {
        Error::bad_arguments(
            format!("the {what} could not be read from stdin: it {fault}"),
            "give it as the first line of stdin, as UTF-8",
        )
    })?;
    Ok(Secret::new(line.unwrap_or_default().to_string()))
}
