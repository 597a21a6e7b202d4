//! `prompt`: questions on stderr, answers from stdin.

use std::io::{self, IsTerminal, Write};

use text::Lines;

use crate::WasiCapabilities;
use crate::bindings::exports::entra_auth::core::prompt::{Echo, Guest};
use crate::failure::{Capability, Failure, Fault, failure};

impl Guest for WasiCapabilities {
    fn ask(question: String, echo: Echo) -> Result<String, Failure> {
        if !io::stdin().is_terminal() {
            return Err(absent(
                "there is no terminal to ask on",
                "give the values as options",
            ));
        }
        if matches!(echo, Echo::Hidden) {
            return Err(absent(
                "this sandbox cannot hide what is typed",
                "set AZURE_CLIENT_SECRET, or pipe the secret in by `--client-secret -`",
            ));
        }
        let answer = write(&question).and_then(|()| read());
        match answer {
            Ok(Some(line)) => Ok(line),
            Ok(None) => Err(failure(
                Capability::Prompt,
                Fault::Cancelled,
                "the input ended",
                "nothing was changed",
            )),
            Err(error) => Err(absent(
                &format!("cannot ask: {error}"),
                "give the values as options",
            )),
        }
    }

    /// WASI knows that there is a terminal, and nothing more about it.
    fn columns() -> Result<u32, Failure> {
        Err(absent(
            "the width of the terminal is not known in this sandbox",
            "set COLUMNS",
        ))
    }
}

fn write(question: &str) -> io::Result<()> {
    let mut terminal = io::stderr().lock();
    terminal.write_all(question.as_bytes())?;
    terminal.flush()
}

fn read() -> io::Result<Option<String>> {
    let line = Lines::new().next_of(&mut io::stdin().lock())?;
    Ok(line.map(|line| line.to_string()))
}

fn absent(message: &str, hint: &str) -> Failure {
    failure(Capability::Prompt, Fault::Absent, message, hint)
}
