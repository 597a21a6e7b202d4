//! How secrets and tokens are sealed at rest: the bytes of a cache entry, of the encrypted file of secrets and of an
//! export.
//!
//! One library for every host, so that all of them read what any of them wrote. It has no input or output, no clock and
//! no randomness: keys, nonces and salts are arguments, and whoever calls draws them anew for each sealing.

#![deny(missing_docs)]

pub mod cache_entry;
pub mod cache_key;
mod cost;
pub mod export;
mod fault;
pub mod sealed;
pub mod secrets_file;

pub use cost::Cost;
pub use fault::{Fault, Part};

/// What makes a derived key another one for the same passphrase; drawn at random for each file.
pub type Salt = [u8; 16];
