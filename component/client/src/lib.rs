//! The token logic as a component: straight-line glue between the contract of `wit/` and the crate `protocol`.
//!
//! It calls, waits, and matches on what `protocol` decided. It never looks into a response, compares a time or knows an
//! error code; profiles, environment variables and files are unknown to it.

#![expect(
    clippy::result_large_err,
    reason = "the contract's error crosses the component's border by value; a box would be one more copy"
)]

mod account;
mod authentication;
mod authorization_code;
mod bindings;
mod cache;
mod certificates;
mod client_credentials;
mod clock;
mod credential_mark;
mod device_code;
mod directory;
mod error;
mod exchange;
mod jwt;
mod managed_identity;
mod metadata;
mod network;
mod notices;
mod on_behalf_of;
mod order;
mod person;
mod randomness;
mod refresh_token;
mod secret;
mod token_request;
mod tokens;
mod verification;

/// The component; each exported interface is implemented in the file of its name.
struct Client;
