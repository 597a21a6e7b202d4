//! The terminal that the person sits at: questions go to it and answers come from it, whatever stdin and stdout are.

use text::decode;
use zeroize::Zeroizing;

#[cfg(unix)]
mod hang_up;
#[cfg(unix)]
#[path = "unix.rs"]
mod platform;
#[cfg(windows)]
#[path = "windows.rs"]
mod platform;

#[cfg(test)]
#[cfg(unix)]
pub(crate) use platform::tests::{pair, read_until};
pub(crate) use platform::{Terminal, restore};

/// Whether typed characters are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Echo {
    Hidden,
    Shown,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    /// This process has no terminal.
    Absent,
    /// Ctrl-C, or the end of input.
    Cancelled,
    /// The answer is no text in UTF-8.
    NotText,
    /// More than a terminal takes in one line: the rest would be lost unnoticed.
    #[cfg_attr(
        windows,
        expect(dead_code, reason = "its console hands over lines of any length")
    )]
    TooLong,
}

/// The question as it may go to a terminal: it may quote texts that came from elsewhere.
pub(super) fn printable(question: &str) -> String {
    question
        .chars()
        .filter(|character| !character.is_control() || *character == '\n')
        .collect()
}

fn into_text(line: &[u8]) -> Result<Zeroizing<String>, NoAnswer> {
    decode(line).map_err(|_| NoAnswer::NotText)
}
