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
//! Besides the tenant it plays what stands around one: the issuers of GitHub Actions and Azure
//! Pipelines, the identity endpoints of Azure's machines, and the part of Microsoft Graph that lists
//! applications.
//!
//! | path | what it is |
//! |---|---|
//! | `/{tenant}/v2.0/.well-known/openid-configuration`, `/{tenant}/.well-known/openid-configuration` | metadata |
//! | `/{tenant}/discovery/v2.0/keys`, `/{tenant}/discovery/keys` | keys |
//! | `/common/discovery/instance` | instance discovery |
//! | `/{tenant}/oauth2/v2.0/token` | tokens: client credentials, authorization code, refresh token, device code, on-behalf-of |
//! | `/{tenant}/oauth2/v2.0/authorize`, `/{tenant}/login`, `/{tenant}/oauth2/v2.0/logout` | pages for people |
//! | `/{tenant}/oauth2/v2.0/devicecode`, `/{tenant}/oauth2/deviceauth` | the beginning of a device's sign-in, and its page |
//! | `/external/github-actions/token?api-version=2.0` | `ACTIONS_ID_TOKEN_REQUEST_URL`, with the token `github-request-token` |
//! | `/external/azure-pipelines/oidctoken` | `SYSTEM_OIDCREQUESTURI`, with the token `pipelines-access-token` and the service connection `33333333-0000-4000-8000-000000000001` |
//! | `/metadata/identity/oauth2/token` | a virtual machine's `AZURE_POD_IDENTITY_AUTHORITY_HOST` |
//! | `/app-service/token` | `IDENTITY_ENDPOINT`, with `IDENTITY_HEADER` being `app-service-identity-header` |
//! | `/arc/metadata/identity/oauth2/token` | `IDENTITY_ENDPOINT` on a server outside Azure |
//! | `/cloud-shell/oauth2/token`, `/oauth2/token` | `MSI_ENDPOINT` in Cloud Shell |
//! | `/graph/v1.0/applications`, `/v1.0/applications` | Microsoft Graph |
//! | `/error?code=` | where `error_uri` leads |
//!
//! Sources are the protocol's specifications and Microsoft's documentation:
//! <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow> and its
//! neighbours.
//!
//! It shares no code with the crate `protocol`, because a shared mistake would hide itself. Its
//! signing key is public and worth nothing: never let a real API trust it.

#![warn(missing_docs)]

mod access_token;
mod app_service;
mod arrangements;
mod authority;
mod authorization_code;
mod authorization_request;
mod authorization_response;
mod authorize;
mod azure_pipelines;
mod call;
mod certificate;
mod claims_request;
mod client_assertion;
mod client_authentication;
mod client_credentials;
mod clock;
mod cloud;
mod cloud_shell;
mod consent;
mod contoso;
mod controls;
mod delegation;
mod delivery;
mod device_code;
mod device_page;
mod emulator;
mod error_page;
mod exchange;
mod external_token;
mod fault;
mod form;
mod github_actions;
mod graph;
mod graph_application;
mod graph_query;
mod guid;
mod handle;
mod id_token;
mod imds;
mod instance_discovery;
mod journal;
mod jws;
mod key_set;
mod managed_identity;
mod memory;
mod metadata;
mod on_behalf_of;
mod options;
mod origin;
mod page;
mod pairwise;
mod pem;
mod pkce;
mod policy;
mod redirect_address;
mod refresh_token;
mod refusal;
mod registration;
mod requested_resource;
mod requested_scopes;
mod route;
mod session;
mod shelf;
mod sign_in;
mod sign_in_page;
mod signing_key;
mod token_endpoint;

pub use certificate::Certificate;
pub use clock::UnixTime;
pub use cloud::{Cloud, UnknownCloud};
pub use contoso::contoso;
pub use delivery::Delivery;
pub use emulator::Emulator;
pub use origin::{NotAnOrigin, Origin};
pub use registration::{
    Api, AppRole, Client, ClientKind, Credentials, FederatedCredential, ManagedIdentity,
    Permission, Platform, RedirectUri, Secret, Tenant, TokenVersion, User,
};
