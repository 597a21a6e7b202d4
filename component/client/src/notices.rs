//! What is worth telling although it did not stop the call.

use crate::error::Failure;

/// Sentences for the caller, each once.
#[derive(Default)]
pub(crate) struct Notices(Vec<String>);

impl Notices {
    /// Adds a sentence.
    pub(crate) fn add(&mut self, notice: impl Into<String>) {
        let notice = notice.into();
        if !self.0.contains(&notice) {
            self.0.push(notice);
        }
    }

    /// Takes what the cache gave; a cache that fails costs a request, not the token.
    pub(crate) fn keep<T>(&mut self, outcome: Result<T, Failure>) -> Option<T> {
        outcome
            .inspect_err(|failure| self.add(format!("tokens are not cached: {}", failure.message)))
            .ok()
    }

    /// The sentences.
    pub(crate) fn into_sentences(self) -> Vec<String> {
        self.0
    }
}
