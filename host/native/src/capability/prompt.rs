//! The capability `prompt`: asking the person at the terminal.
//!
//! Without a terminal every question fails; stdin is never taken for one, because it may carry data.

use wasmtime::component::{HasData, Linker};

use crate::capability::bindings::entra_auth::core::errors::{Capability, Failure, Fault};
use crate::capability::bindings::entra_auth::core::prompt;
use crate::system::terminal::{self, NoAnswer, Terminal};

/// Where questions go.
#[derive(Debug)]
pub(crate) struct Prompt {
    terminal: Terminal,
}

impl Prompt {
    /// Ask at `terminal`.
    pub(crate) fn new(terminal: Terminal) -> Self {
        Self { terminal }
    }
}

/// The prompt during a call.
pub(crate) struct PromptView<'a> {
    pub(crate) prompt: &'a Prompt,
}

impl prompt::Host for PromptView<'_> {
    fn ask(&mut self, question: String, echo: prompt::Echo) -> Result<String, Failure> {
        let echo = match echo {
            prompt::Echo::Hidden => terminal::Echo::Hidden,
            prompt::Echo::Shown => terminal::Echo::Shown,
        };
        let mut answer = self.prompt.terminal.ask(&question, echo).map_err(failure)?;
        Ok(std::mem::take(&mut *answer))
    }

    fn columns(&mut self) -> Result<u32, Failure> {
        self.prompt
            .terminal
            .columns()
            .ok_or_else(|| failure(NoAnswer::Absent))
    }
}

fn failure(no_answer: NoAnswer) -> Failure {
    let (fault, message, hint) = match no_answer {
        NoAnswer::Absent => (
            Fault::Absent,
            "there is no terminal to ask on",
            Some("give the answer as an option or in a variable; `--help` lists them"),
        ),
        NoAnswer::Cancelled => (Fault::Cancelled, "the question was not answered", None),
        NoAnswer::NotText => (
            Fault::Other,
            "the answer is no text in UTF-8",
            Some("check the locale of the terminal"),
        ),
        NoAnswer::TooLong => (
            Fault::Other,
            "the answer is longer than the terminal takes in one line",
            Some("give it in a file or through a pipe"),
        ),
    };
    Failure {
        capability: Capability::Prompt,
        fault,
        message: message.to_owned(),
        hint: hint.map(str::to_owned),
    }
}

impl HasData for Prompt {
    type Data<'a> = PromptView<'a>;
}

/// Lend the capability to guests.
pub(crate) fn add_to_linker<T: 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> PromptView<'_>,
) -> wasmtime::Result<()> {
    prompt::add_to_linker::<T, Prompt>(linker, view)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[test]
    fn without_a_terminal_the_failure_says_what_to_do() {
        let prompt = Prompt::new(Terminal::at("/nonexistent"));
        let failure = prompt::Host::ask(
            &mut PromptView { prompt: &prompt },
            "?".to_owned(),
            prompt::Echo::Hidden,
        )
        .unwrap_err();
        assert!(matches!(failure.capability, Capability::Prompt));
        assert!(matches!(failure.fault, Fault::Absent));
        assert!(failure.hint.is_some());
    }
}
