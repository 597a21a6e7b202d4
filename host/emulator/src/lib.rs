//! A local Entra tenant that Microsoft's own clients accept, as a function from request to
//! response.
//!
//! [`Emulator::respond`] takes an HTTP request, the [`Origin`] that the client addressed and the
//! time, and gives the response: no socket, no clock. The binary `entra-emulator` puts it on a
//! loopback port; the native host calls it directly for the built-in profile `demo`. It is as
//! strict as Entra ID where Entra ID is strict and as tolerant as Microsoft's clients need.
//!
//! ```
//! use entra_emulator::{Emulator, Origin, UnixTime, contoso};
//!
//! let emulator = Emulator::new(contoso());
//! let uri = "https://demo.localhost/your-tenant-id/v2.0/.well-known/openid-configuration";
//! let request = http::Request::get(uri).body(Vec::new())?;
//! let origin = Origin::of(request.uri())?;
//! let response = emulator.respond(&request, &origin, UnixTime(1_739_936_952));
//! assert_eq!(response.status(), 200);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Sources are the protocol's specifications and Microsoft's documentation:
//! <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow> and its
//! neighbours.
//!
//! It shares no code with the crate `protocol`, because a shared mistake would hide itself. Its
//! signing key is public and worth nothing: never let a real API trust it.

#![warn(missing_docs)]

mod access_token;
mod authority;
mod claims_request;
mod client_authentication;
mod client_credentials;
mod clock;
mod contoso;
mod controls;
mod delivery;
mod emulator;
mod exchange;
mod fault;
mod form;
mod guid;
mod instance_discovery;
mod journal;
mod key_set;
mod metadata;
mod origin;
mod refusal;
mod registration;
mod requested_resource;
mod route;
mod signing_key;
mod token_endpoint;

pub use clock::UnixTime;
pub use contoso::contoso;
pub use delivery::Delivery;
pub use emulator::Emulator;
pub use origin::{NotAnOrigin, Origin};
pub use registration::{Api, AppRole, Client, ClientKind, Secret, Tenant, TokenVersion, User};
