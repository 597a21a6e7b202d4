//! What is wrong with a configuration, and where.

use std::fmt;
use std::ops::Range;

/// One line for what is wrong, one for what to do about it, and the line of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub(super) message: String,
    pub(super) hint: Option<String>,
    pub(super) span: Option<Range<usize>>,
    line: Option<usize>,
}

impl Fault {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
            span: None,
            line: None,
        }
    }

    pub(super) fn with_hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }

    /// Where it stands, unless that was said closer to it.
    pub(super) fn at(self, span: Range<usize>) -> Self {
        Self {
            span: self.span.or(Some(span)),
            ..self
        }
    }

    /// In which part of the document, where there is only one of the kind.
    pub(super) fn within(self, part: &str) -> Self {
        Self {
            message: format!("{part}: {}", self.message),
            ..self
        }
    }

    /// Whose part it is.
    pub(super) fn of(self, noun: &str, name: &str) -> Self {
        Self {
            message: format!("{noun} `{name}`: {}", self.message),
            ..self
        }
    }

    pub(super) fn in_text(self, text: &str) -> Self {
        let start = self.span.as_ref().map(|span| span.start);
        let before = start.and_then(|start| text.get(..start));
        Self {
            line: before.map(|before| before.matches('\n').count().saturating_add(1)),
            ..self
        }
    }

    /// The line, counted from 1.
    pub const fn line(&self) -> Option<usize> {
        self.line
    }

    /// What is wrong.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(formatter, "line {line}: {}", self.message),
            None => formatter.write_str(&self.message),
        }
    }
}

impl std::error::Error for Fault {}
