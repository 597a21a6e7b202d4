//! The one door to stdout and stderr. The rules:
//!
//! - stdout carries the result of the command and nothing else, ending in one line end.
//! - A failure is one line `error: …` and at most one line `hint: …` on stderr; with `--verbose`
//!   one line `detail: …` between them. `--quiet` leaves them standing.
//! - Notices go to stderr, and only if stderr is a terminal or `--verbose` asks for them: scripts
//!   capture `2>&1`, so a success must not say a word there.
//! - What a person is asked to answer is explained on stderr, whatever it is.
//! - Colours are for terminals, and not with `NO_COLOR` or `--no-color`.
//!
//! No token and no secret passes any function here but `result`.

pub(crate) mod civil_time;
pub(crate) mod error;
pub(crate) mod exit_code;
pub(crate) mod json;
pub(crate) mod printable;
pub(crate) mod table;
pub(crate) mod wrapped;
pub(crate) mod yaml;

use std::io::{IsTerminal, Write, stderr, stdin, stdout};

use text::masked;
use zeroize::Zeroizing;

use crate::bindings::progress_display::{self, Detail};
use crate::bindings::prompt;
use crate::output::error::Error;
use crate::output::exit_code::ExitCode;
use crate::output::printable::printable;

/// How talkative the command is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verbosity {
    Quiet,
    Normal,
    Verbose,
}

/// Where the command's words go.
pub(crate) struct Output {
    verbosity: Verbosity,
    stdout_is_terminal: bool,
    stderr_is_terminal: bool,
    colour: bool,
}

impl Output {
    pub(crate) fn new(verbosity: Verbosity, no_color: bool) -> Self {
        let plain = no_color || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            verbosity,
            stdout_is_terminal: stdout().is_terminal(),
            stderr_is_terminal: stderr().is_terminal(),
            colour: !plain,
        }
    }

    /// Tell the host how much it may say on its own while somebody waits.
    pub(crate) fn show_progress(&self) {
        // What cannot be shown is not shown.
        let _ = progress_display::show(match self.verbosity {
            Verbosity::Quiet => Detail::Nothing,
            Verbosity::Normal => Detail::Waits,
            Verbosity::Verbose => Detail::Steps,
        });
    }

    pub(crate) fn stdout_is_terminal(&self) -> bool {
        self.stdout_is_terminal
    }

    pub(crate) fn stderr_is_terminal(&self) -> bool {
        self.stderr_is_terminal
    }

    /// Characters a line of the terminal that stdout is, if it is one and the host knows.
    pub(crate) fn width(&self) -> Option<usize> {
        let columns = self.stdout_is_terminal.then(prompt::columns)?.ok()?;
        usize::try_from(columns).ok().filter(|columns| *columns > 0)
    }

    pub(crate) fn is_quiet(&self) -> bool {
        self.verbosity == Verbosity::Quiet
    }

    pub(crate) fn is_verbose(&self) -> bool {
        self.verbosity == Verbosity::Verbose
    }

    /// Whether a person sits there to be asked something, even when the result goes elsewhere.
    pub(crate) fn can_ask(&self) -> bool {
        stdin().is_terminal() && self.stderr_is_terminal
    }

    /// The result of the command.
    pub(crate) fn result(&self, text: &str) -> Result<(), Error> {
        // In one piece, secrets included: `grep -q` closes the pipe as soon as it has seen enough.
        let text = Zeroizing::new(format!("{}\n", text.trim_end_matches('\n')));
        let mut to = stdout().lock();
        to.write_all(text.as_bytes())
            .and_then(|()| to.flush())
            .map_err(|_| {
                Error::general(
                    "stdout could not be written",
                    "the program that reads it may have ended early",
                )
            })
    }

    /// Something worth knowing that is neither result nor failure.
    pub(crate) fn notice(&self, text: &str) {
        match self.verbosity {
            Verbosity::Quiet => {}
            Verbosity::Normal if !self.stderr_is_terminal => {}
            Verbosity::Normal | Verbosity::Verbose => self.to_stderr(&shown(text)),
        }
    }

    /// The same in several lines, which nothing that another program writes comes between.
    pub(crate) fn notices(&self, lines: &[String]) {
        let lines: Vec<String> = lines.iter().map(|line| shown(line)).collect();
        match self.verbosity {
            Verbosity::Quiet => {}
            Verbosity::Normal if !self.stderr_is_terminal => {}
            Verbosity::Normal | Verbosity::Verbose => self.to_stderr(&lines.join("\n")),
        }
    }

    /// A notice for who maintains a script: build systems keep stderr as a log that somebody reads, and say that they are
    /// one. Not for commands with a result, which scripts capture by `2>&1`.
    pub(crate) fn notice_for_scripts(&self, text: &str) {
        let is_build = BUILDS.iter().any(|name| variable(name).is_some());
        match is_build {
            true => self.requested_notice(text),
            false => self.notice(text),
        }
    }

    /// What is going on, for `--verbose`.
    pub(crate) fn detail(&self, text: &str) {
        if self.is_verbose() {
            self.to_stderr(&printable(text));
        }
    }

    /// A notice that the user asked for by name, so that it does not depend on a terminal.
    pub(crate) fn requested_notice(&self, text: &str) {
        if self.verbosity != Verbosity::Quiet {
            self.to_stderr(&shown(text));
        }
    }

    /// Who signed in for this call.
    pub(crate) fn signed_in(&self, account: &str) {
        self.requested_notice(&format!("Signed in as {account}"));
    }

    /// What a person needs to read before answering.
    pub(crate) fn instruction(&self, text: &str) {
        self.to_stderr(&shown(text));
    }

    /// The same in several lines.
    pub(crate) fn instructions(&self, lines: &[String]) {
        for line in lines {
            self.instruction(line);
        }
    }

    /// The command failed.
    pub(crate) fn failure(&self, error: &Error) {
        let label = self.painted("error:", "31;1", self.stderr_is_terminal);
        self.to_stderr(&format!("{label} {}", shown(&error.message)));
        if self.is_verbose()
            && let Some(detail) = &error.detail
        {
            self.to_stderr(&format!("detail: {}", shown(detail)));
        }
        if let Some(hint) = &error.hint {
            let label = self.painted("hint:", "36", self.stderr_is_terminal);
            self.to_stderr(&format!("{label} {}", shown(hint)));
        }
    }

    /// A heading of a result that a person reads.
    pub(crate) fn heading(&self, text: &str) -> String {
        self.painted(text, "1", self.stdout_is_terminal)
    }

    /// Words of a result that a person must not overlook.
    pub(crate) fn alarm(&self, text: &str) -> String {
        self.painted(text, "31;1", self.stdout_is_terminal)
    }

    fn painted(&self, text: &str, style: &str, is_terminal: bool) -> String {
        if self.colour && is_terminal {
            format!("\u{1b}[{style}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    /// A stderr that nobody reads is no reason to fail.
    fn to_stderr(&self, text: &str) {
        let mut to = stderr().lock();
        let _ = to.write_all(format!("{text}\n").as_bytes());
        let _ = to.flush();
    }
}

/// What build systems set: nearly all of them, and Azure Pipelines.
const BUILDS: [&str; 2] = ["CI", "TF_BUILD"];

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Words for stderr, which may quote a value that was given in a wrong place.
fn shown(text: &str) -> String {
    printable(&masked(text))
}

/// Result and exit code of a command that ran.
pub(crate) type Outcome = Result<ExitCode, Error>;

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn a_secret_in_a_wrong_place_is_not_shown() {
        let secret = "abc8Q~CANARYsecretCANARYsecretCANARY1234";
        assert_eq!(
            shown(&format!("profile '{secret}' not found\u{9b}")),
            "profile '(looks like a secret)' not found\\u{9b}"
        );
    }
}
