//! Whether an API may take an access token: its signature, and whether it says what the API expects.
//!
//! [RFC 9068 section 4](https://www.rfc-editor.org/rfc/rfc9068#section-4) as Entra has it
//! ([access tokens](https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-tokens),
//! [claims validation](https://learn.microsoft.com/entra/identity-platform/claims-validation)). What can be read in two ways is refused.
//! Names that change hands (`email`, `upn`, `preferred_username`) decide nothing; whoever calls is `tid` and `oid`.
//!
//! In the order in which it happens: a [`PresentedToken`](presented::PresentedToken) is read, [`Expectations`](expectations::Expectations)
//! say whose keys count, a [`KeySet`](key_set::KeySet) judges the signature, and the expectations judge the rest. The
//! [`Verifier`](verifier::Verifier) remembers keys and good signatures between tokens, and says when keys have to be fetched.

pub mod claims;
pub mod expectations;
pub(crate) mod header;
pub mod kept_keys;
pub mod key_set;
mod mark;
pub mod presented;
mod recently_read;
pub mod rejection;
mod remembered;
mod rs256;
pub mod verifier;

#[cfg(test)]
mod tests;
