//! What is said to Microsoft Entra ID, and what its answers mean; the second of the project's two design documents.
//!
//! # What it is
//!
//! OAuth 2.0 as Entra speaks it ([RFC 6749](https://www.rfc-editor.org/rfc/rfc6749) and
//! [Microsoft's pages](https://learn.microsoft.com/entra/identity-platform/v2-protocols)), as functions from values to values. There is
//! no I/O, no clock and no randomness: time and random bytes are arguments, and sending is the caller's task. So the part that must
//! behave alike in every host is tested without a host, a port or a sleep, and a boundary case is a row in a table.
//!
//! # Pairs and decisions
//!
//! A grant is a *pair*: a request with `to_http`, and a response with `from_http`. Between them the caller sends.
//!
//! | grant | request | response |
//! |---|---|---|
//! | client credentials | [`client_credentials::ClientCredentialsRequest`] | [`token_response::TokenResponse`] |
//!
//! A *decision* takes a record and `now` and returns an enum to match on: [`cache::decide`], [`jwt::SignedJwt::validity_at`],
//! [`error::Error::is_transient`], [`error::Error::is_interaction_required`]. The order of calls is ordinary code in the component
//! `client`: it may call, wait and match, but not look into a response, compare a time or know an error code.
//!
//! What goes in is checked at the door and cannot be wrong afterwards: [`authority::Authority`], [`client_id::ClientId`],
//! [`scope::Scopes`], [`claims::Claims`]. What must not be seen is a [`secret::Secret`].
//!
//! # Errors
//!
//! Three kinds, by where the fault lies: the server refused, the answer is not acceptable, the request is impossible
//! ([`error::Error`]). Entra's numbers serve [`advice::advice`] and nothing else.
//!
//! # What it does not do
//!
//! It discovers nothing: known clouds are a table, other authorities are taken at their word. It does not verify tokens, which is the
//! API's task, nor extend their lives in an outage. It does not retry, follow redirects, or choose between flows. It knows no
//! profiles, files, environment or terminals, and no WIT.

#![deny(missing_docs)]

pub mod advice;
pub mod authority;
pub mod cache;
pub mod claims;
pub mod client_authentication;
pub mod client_credentials;
pub mod client_id;
pub mod cloud;
pub mod correlation_id;
pub mod error;
mod form;
mod json;
pub mod jwt;
mod printable;
mod retry_after;
pub mod scope;
pub mod secret;
pub mod server_error;
pub mod time;
pub mod token_response;
