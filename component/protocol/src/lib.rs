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
//! | authorization code, first part | [`authorize_url::AuthorizeUrl`] | [`authorization_response::AuthorizationResponse`] |
//! | authorization code, second part | [`token_request::TokenRequest`] of [`authorization_code::Redirect`] | [`token_response::TokenResponse`], [`id_token::IdToken`] |
//! | device code, first part | [`device_code::DeviceAuthorizationRequest`] | [`device_code::DeviceAuthorization`] |
//! | device code, second part | [`token_request::TokenRequest`] of [`device_code::DeviceCode`] | [`device_code::PollStep`] |
//! | refresh | [`token_request::TokenRequest`] of [`refresh_token::RefreshToken`] | [`token_response::TokenResponse`] |
//! | on behalf of | [`token_request::TokenRequest`] of [`on_behalf_of::OnBehalfOf`] | [`token_response::TokenResponse`] |
//! | managed identity | [`managed_identity::ManagedIdentityRequest::to_http`] | [`managed_identity::ManagedIdentityRequest::read`] |
//!
//! What a client proves itself with is a [`client_authentication::ClientAuthentication`]: a secret, an assertion signed with a
//! [`certificate::Certificate`] ([`client_assertion::ClientAssertion`]), or a token of a build system, which is a pair again
//! ([`github_oidc`], [`azure_pipelines_oidc`]).
//!
//! A *decision* takes a record and `now` and returns an enum to match on: [`cache::decide`], [`jwt::SignedJwt::validity_at`],
//! [`retry::after_error`], [`refresh_token::judge_failure`], [`error::Error::is_transient`],
//! [`error::Error::is_interaction_required`]. Waiting for a device code is the one state machine, with time in it:
//! [`device_code::DevicePoll`]. The order of calls is ordinary code in the component
//! `client`: it may call, wait and match, but not look into a response, compare a time or know an error code.
//!
//! What goes in is checked at the door and cannot be wrong afterwards: [`authority::Authority`], [`client_id::ClientId`],
//! [`scope::Scopes`], [`claims::Claims`], [`redirect_uri::RedirectUri`]. What must not be seen is a [`secret::Secret`].
//!
//! The app registrations of a tenant are the one thing that is read with a token: [`directory::Search`] gathers the pages of
//! [`directory::Graph`].
//!
//! # Errors
//!
//! Three kinds, by where the fault lies: the server refused, the answer is not acceptable, the request is impossible
//! ([`error::Error`]). Entra's numbers serve [`advice::advice`] and nothing else.
//!
//! # What it does not do
//!
//! Known clouds are a table and need no discovery; other authorities can be asked for their [`metadata::Metadata`], or are taken at
//! their word. It does not verify tokens, which is the API's task, nor extend their lives in an outage. It does not send again
//! by itself, follow redirects, or choose between flows. It knows no profiles, files, environment or terminals, and no WIT.

#![deny(missing_docs)]

pub mod account;
pub mod advice;
mod answer;
pub mod authority;
pub mod authorization_code;
pub mod authorization_response;
pub mod authorize_url;
pub mod azure_pipelines_oidc;
pub mod cache;
pub mod certificate;
pub mod challenge;
pub mod claims;
pub mod client_assertion;
pub mod client_authentication;
pub mod client_credentials;
pub mod client_id;
pub mod cloud;
pub mod correlation_id;
pub mod device_code;
pub mod directory;
pub mod error;
pub mod federated_assertion;
mod form;
pub mod github_oidc;
mod guid;
pub mod id_token;
mod json;
pub mod jwt;
pub mod managed_identity;
pub mod metadata;
pub mod on_behalf_of;
pub mod pkce;
mod platform_request;
mod printable;
#[cfg(test)]
mod recorded;
pub mod redirect_uri;
pub mod refresh_token;
pub mod retry;
mod retry_after;
pub mod scope;
pub mod secret;
pub mod server_error;
pub mod sign_in_attempt;
pub mod time;
pub mod token_request;
pub mod token_response;
