//! What can go wrong, sorted by where the fault lies.
//!
//! Messages are lower case without a full stop, name things in backticks, and never quote a body, a token or a secret. Hints are
//! separate, so that a program can leave them out.

use std::fmt;
use std::time::Duration;

use crate::refusal::server_error::ServerError;
use crate::value::printable::printable;

/// Why no token came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The server understood and refused; [`crate::refusal::advice::advice`] knows what may help.
    Refused(Box<ServerError>),
    /// An answer came that cannot be accepted.
    Unacceptable(Unacceptable),
    /// The caller asked for something that cannot work; nothing was sent.
    Impossible(Impossible),
}

impl Error {
    /// What may help, if it is known without looking at Entra's codes; for a refusal ask [`crate::refusal::advice::advice`].
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Refused(_) => None,
            Self::Unacceptable(error) => error.hint(),
            Self::Impossible(error) => error.hint(),
        }
    }

    /// How long the server asked to wait before the next attempt.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused(error) => error.retry_after,
            Self::Unacceptable(error) => error.retry_after,
            Self::Impossible(_) => None,
        }
    }

    /// Whether the same request may well succeed later.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Refused(error) => error.is_transient(),
            Self::Unacceptable(error) => error.status.is_some_and(is_transient_status),
            Self::Impossible(_) => false,
        }
    }

    /// Whether a person has to sign in, consent or prove who they are before this can succeed.
    pub fn is_interaction_required(&self) -> bool {
        matches!(self, Self::Refused(error) if error.is_interaction_required())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => error.fmt(formatter),
            Self::Unacceptable(error) => error.fmt(formatter),
            Self::Impossible(error) => error.fmt(formatter),
        }
    }
}

impl std::error::Error for Error {}

impl From<ServerError> for Error {
    fn from(error: ServerError) -> Self {
        Self::Refused(Box::new(error))
    }
}

impl From<Unacceptable> for Error {
    fn from(error: Unacceptable) -> Self {
        Self::Unacceptable(error)
    }
}

impl From<Impossible> for Error {
    fn from(error: Impossible) -> Self {
        Self::Impossible(error)
    }
}

/// The answer is not one that this protocol has; says what was expected, never what came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unacceptable {
    message: String,
    hint: Option<String>,
    /// The HTTP status, where there was one.
    pub status: Option<u16>,
    /// How long the server asked to wait before the next attempt.
    pub retry_after: Option<Duration>,
}

impl Unacceptable {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
            status: None,
            retry_after: None,
        }
    }

    pub(crate) fn with_hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
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

    /// What was wrong.
    pub fn message(&self) -> &str {
        &self.message
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

/// What the caller asked for cannot work, whoever is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Impossible {
    message: String,
    hint: Option<String>,
}

impl Impossible {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
        }
    }

    pub(crate) fn with_hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }

    /// What cannot work.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What would work instead.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for Impossible {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Impossible {}

/// A user's value in backticks, fit for one line; long enough for any scope or URL that somebody means.
pub(crate) fn quoted(value: &str) -> String {
    format!("`{}`", printable(value, 120).replace('`', "'"))
}

/// [RFC 9110 section 15](https://www.rfc-editor.org/rfc/rfc9110#section-15): statuses that speak of now, not of the request.
pub(crate) const fn is_transient_status(status: u16) -> bool {
    matches!(status, 408 | 429 | 500 | 502 | 503 | 504)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_answers_the_callers_questions() {
        let throttled = Unacceptable {
            status: Some(429),
            retry_after: Some(Duration::from_secs(60)),
            ..Unacceptable::new("the server answered HTTP 429 with an empty body")
        };
        let redirected = Unacceptable {
            status: Some(302),
            ..Unacceptable::new("redirect").with_hint("check the authority")
        };
        let rows = [
            ("throttled", Error::from(throttled), true, Some(60), None),
            (
                "redirected",
                Error::from(redirected),
                false,
                None,
                Some("check the authority"),
            ),
            (
                "impossible",
                Impossible::new("no tenant given")
                    .with_hint("name one")
                    .into(),
                false,
                None,
                Some("name one"),
            ),
        ];
        for (name, error, transient, retry_after, hint) in rows {
            assert_eq!(error.is_transient(), transient, "{name}");
            assert_eq!(
                error.retry_after().map(|span| span.as_secs()),
                retry_after,
                "{name}"
            );
            assert_eq!(error.hint(), hint, "{name}");
            assert!(!error.is_interaction_required(), "{name}");
        }
    }

    #[test]
    fn a_quoted_value_stays_on_its_line_and_in_its_quotes() {
        let rows = [
            ("plain", "contoso.com", "`contoso.com`"),
            ("line break", "a\r\nb", "`a b`"),
            ("escape sequence", "\u{1b}[2Ja", "`a`"),
            ("backtick", "a`b", "`a'b`"),
            ("empty", "", "``"),
        ];
        for (name, value, expected) in rows {
            assert_eq!(quoted(value), expected, "{name}");
        }
        assert!(quoted(&"x y ".repeat(500)).chars().count() < 130);
    }
}
