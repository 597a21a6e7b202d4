//! In front of an API: which requests may pass, and as whom they are passed on.
//!
//! A decision takes the head of a request and the [`Configuration`](configuration::Configuration) and does no I/O
//! ([`decide`](decision::decide)): refuse, answer, or pass it on once the token was judged
//! ([`token::verification`](crate::token::verification)). What can be read in two ways is refused and never rewritten, so that nobody
//! behind reads another path, host or name than the one that was judged. Nothing that only the caller says decides anything.

pub mod answer;
pub(crate) mod bearer;
pub mod challenge;
pub mod configuration;
pub mod decision;
pub mod head;
pub mod headers;
pub(crate) mod metadata;
pub(crate) mod path;
pub mod peer;
pub mod renewal;
pub mod sidecar;

#[cfg(test)]
mod tests;
