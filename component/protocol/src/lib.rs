//! What is said to Microsoft Entra ID, and what its answers mean; the second of the project's two design documents.
//!
//! # What it is
//!
//! OAuth 2.0 as Entra speaks it ([RFC 6749](https://www.rfc-editor.org/rfc/rfc6749) and
//! [Microsoft's pages](https://learn.microsoft.com/entra/identity-platform/v2-protocols)), as functions from values to values. There is
//! no I/O, no clock and no randomness: time and random bytes are arguments, and sending is the caller's task. So the part that must
//! behave alike in every host is tested without a host, a port or a sleep, and a boundary case is a row in a table.
//!
//! # Wings
//!
//! | wing | what is in it |
//! |---|---|
//! | [`value`] | what everything else is made of: time, secrets, numbers, and what cannot work |
//! | [`request`] | what is asked for: scopes, claims, a client |
//! | [`refusal`] | why there is no token, and what may help |
//! | [`exchange`] | how a request travels, how an answer is read, and when to try again |
//! | [`authority`] | who is asked: cloud, tenant, endpoints, issuer |
//! | [`token`] | what comes back: read, looked into, kept, and judged as an API judges it |
//! | [`credential`] | what an application proves itself with |
//! | [`grant`] | what a token is given for |
//! | [`directory`] | what is read with a token: the tenant's app registrations |
//! | [`edge`] | in front of an API: which requests may pass, and as whom they are passed on |
//!
//! The ground floor is first, and a wing uses only those above it in this table. So whoever reads a file has to know what is
//! higher up in the table and nothing else. The test `tests/wings.rs` reads the table and the `use` lines.
//!
//! # Pairs and decisions
//!
//! A grant is a *pair*: a request with `to_http`, and a response with `from_http`. Between them the caller sends.
//!
//! | grant | request | response |
//! |---|---|---|
//! | client credentials | [`TokenRequest`](grant::token_request::TokenRequest) of [`ClientCredentials`](grant::client_credentials::ClientCredentials) | [`TokenResponse`](token::response::TokenResponse) |
//! | authorization code, first part | [`AuthorizeUrl`](grant::authorization_code::authorize_url::AuthorizeUrl) | [`AuthorizationResponse`](grant::authorization_code::authorization_response::AuthorizationResponse) |
//! | authorization code, second part | [`TokenRequest`](grant::token_request::TokenRequest) of [`Redirect`](grant::authorization_code::Redirect) | [`TokenResponse`](token::response::TokenResponse), [`IdToken`](token::id::IdToken) |
//! | device code, first part | [`DeviceAuthorizationRequest`](grant::device_code::DeviceAuthorizationRequest) | [`DeviceAuthorization`](grant::device_code::DeviceAuthorization) |
//! | device code, second part | [`TokenRequest`](grant::token_request::TokenRequest) of [`DeviceCode`](grant::device_code::DeviceCode) | [`PollStep`](grant::device_code::PollStep) |
//! | refresh | [`TokenRequest`](grant::token_request::TokenRequest) of [`RefreshToken`](grant::refresh_token::RefreshToken) | [`TokenResponse`](token::response::TokenResponse) |
//! | on behalf of | [`TokenRequest`](grant::token_request::TokenRequest) of [`OnBehalfOf`](grant::on_behalf_of::OnBehalfOf) | [`TokenResponse`](token::response::TokenResponse) |
//! | managed identity | [`ManagedIdentityRequest`](grant::managed_identity::ManagedIdentityRequest) | [`Answer`](grant::managed_identity::Answer) |
//!
//! What a client proves itself with is a [`ClientAuthentication`](credential::client_authentication::ClientAuthentication): a
//! secret, an assertion signed with a [`Certificate`](credential::certificate::Certificate), or a token of a build system, which is
//! a pair again ([`github_oidc`](credential::github_oidc), [`azure_pipelines_oidc`](credential::azure_pipelines_oidc)).
//!
//! A *decision* takes a record and `now` and returns an enum to match on: [`token::cache::decide`],
//! [`token::jwt::SignedJwt::validity_at`], [`exchange::retry::after`], [`grant::refresh_token::judge_failure`],
//! [`refusal::error::Error::is_transient`], [`refusal::error::Error::is_interaction_required`]. Waiting for a device code is the one
//! state machine, with time in it: [`grant::device_code::DevicePoll`]. The order of calls is ordinary code in the component
//! `client`: it may call, wait and match, but not look into a response, compare a time or know an error code.
//!
//! What goes in is checked at the door and cannot be wrong afterwards: [`Authority`](authority::Authority),
//! [`ClientId`](request::client_id::ClientId), [`Scopes`](request::scope::Scopes), [`Claims`](request::claims::Claims),
//! [`RedirectUri`](grant::authorization_code::redirect_uri::RedirectUri). What must not be seen is a
//! [`Secret`](value::secret::Secret).
//!
//! An API's side is [`token::verification`]: whether an access token may be taken. A
//! [`Verifier`](token::verification::verifier::Verifier) judges, and says when keys have to be fetched first.
//!
//! The app registrations of a tenant are the one thing that is read with a token: [`directory::Search`] gathers the pages of
//! [`directory::Graph`].
//!
//! # Errors
//!
//! Three kinds, by where the fault lies: the server refused, the answer is not acceptable, the request is impossible
//! ([`refusal::error::Error`]). Entra's numbers serve [`refusal::advice::advice`] and nothing else.
//!
//! # What it does not do
//!
//! Known clouds are a table and need no discovery; other authorities can be asked for their
//! [`Metadata`](authority::metadata::Metadata), or are taken at their word. It does not extend the lives of tokens in an outage. It
//! does not send again by itself, follow redirects, or choose between flows. It knows no profiles, files, environment or terminals,
//! and no WIT.

#![deny(missing_docs)]

pub mod authority;
pub mod credential;
pub mod directory;
pub mod edge;
pub mod exchange;
pub mod grant;
pub mod refusal;
pub mod request;
pub mod token;
pub mod value;
