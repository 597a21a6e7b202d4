//! A request that cannot work, said before anything is sent.

use std::fmt;

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
