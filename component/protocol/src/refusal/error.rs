//! What can go wrong, sorted by where the fault lies.
//!
//! Messages are lower case without a full stop, name things in backticks, and never quote a body, a token or a secret. Hints are
//! separate, so that a program can leave them out.

use std::fmt;
use std::time::Duration;

use crate::refusal::server_error::ServerError;
use crate::refusal::unacceptable::Unacceptable;
use crate::value::impossible::Impossible;

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
            Self::Unacceptable(error) => error.is_transient,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_answers_the_callers_questions() {
        let throttled = Unacceptable::new("the server answered HTTP 429 with an empty body")
            .with_answer(429, Some(Duration::from_secs(60)))
            .transient(true);
        let redirected = Unacceptable::new("redirect")
            .with_hint("check the authority")
            .with_answer(302, None);
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
}
