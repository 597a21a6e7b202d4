//! A request that cannot work, said before anything is sent.

use std::fmt;

/// What the caller asked for cannot work, whoever is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Impossible {
    message: String,
    hint: Option<String>,
    lacks_secret: bool,
}

impl Impossible {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
            lacks_secret: false,
        }
    }

    pub(crate) fn with_hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }

    pub(crate) fn for_want_of_secret(self) -> Self {
        Self {
            lacks_secret: true,
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

    /// Whether it works once a secret is given that was not.
    pub fn lacks_secret(&self) -> bool {
        self.lacks_secret
    }
}

impl fmt::Display for Impossible {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Impossible {}
