//! What is worth telling although it did not stop the call.

use crate::bindings::exports::entra_auth::core::tokens::Origin;
use crate::error::Failure;

/// Sentences for the caller, each once, and whether a person was there.
#[derive(Default)]
pub(crate) struct Notices {
    sentences: Vec<String>,
    somebody_signed_in: bool,
}

impl Notices {
    /// Adds a sentence.
    pub(crate) fn add(&mut self, notice: impl Into<String>) {
        let notice = notice.into();
        if !self.sentences.contains(&notice) {
            self.sentences.push(notice);
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
        self.sentences
    }

    /// Somebody has signed in for this token.
    pub(crate) fn somebody_signed_in(&mut self) {
        self.somebody_signed_in = true;
    }

    /// Where a token that is not the cache's came from.
    pub(crate) fn origin(&self) -> Origin {
        match self.somebody_signed_in {
            true => Origin::Person,
            false => Origin::Server,
        }
    }
}
