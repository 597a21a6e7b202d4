//! An answer that came and cannot be accepted.

use std::fmt;
use std::time::Duration;

use crate::refusal::peer::Peer;

/// The answer is not one that this protocol has; says what was expected, never what came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unacceptable {
    message: String,
    hint: Option<String>,
    /// The HTTP status, where there was one.
    pub status: Option<u16>,
    /// How long the server asked to wait before the next attempt.
    pub retry_after: Option<Duration>,
    /// Whether the same request may well get another answer later.
    pub is_transient: bool,
    /// Whether something on the way answered, such as the page of a network that wants its users to sign in.
    pub is_foreign: bool,
}

impl Unacceptable {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
            status: None,
            retry_after: None,
            is_transient: false,
            is_foreign: false,
        }
    }

    pub(crate) fn with_hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }

    /// Adds by which numbers the answer can be found again.
    pub(crate) fn referring_to(self, identifiers: &str) -> Self {
        Self {
            message: format!("{} ({identifiers})", self.message),
            ..self
        }
    }

    pub(crate) fn with_answer(self, status: u16, retry_after: Option<Duration>) -> Self {
        Self {
            status: Some(status),
            retry_after,
            ..self
        }
    }

    pub(crate) fn transient(self, is_transient: bool) -> Self {
        Self {
            is_transient,
            ..self
        }
    }

    pub(crate) fn foreign(self, is_foreign: bool) -> Self {
        Self { is_foreign, ..self }
    }

    /// What was wrong.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What the authority did, if it was the one who answered: words that complete its name.
    pub fn of_authority(&self) -> Option<&str> {
        let words = self.message.strip_prefix(Peer::Authority.name())?;
        words.strip_prefix(' ')
    }

    /// What may help.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for Unacceptable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Unacceptable {}
