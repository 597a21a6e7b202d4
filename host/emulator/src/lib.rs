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
//! | `/your-api/…` | the protected API `api://your-api-id`, which says who called |
//! | `/` | a page about the tenant: who can sign in, and with what |
//!
//! # Floor plan
//!
//! Each wing holds what its name says and uses only what stands above it in the table, ground floor first:
//!
//! | wing | what is in it |
//! |---|---|
//! | `value` | plain values |
//! | `refusal` | saying no, in Entra's words |
//! | `tenant` | what an administrator set up |
//! | `request` | what is asked for, read from parameters |
//! | `remembered` | what outlives a request: plain data |
//! | `exchange` | a request on its way, and what every answer to it carries |
//! | `token` | signed tokens, those that go out and those that come in |
//! | `client` | who asks, and whether to believe it |
//! | `person` | what people see and decide |
//! | `grant` | from a token request to tokens, a grant a file |
//! | `platform` | what answers at a path of the machines and issuers around a tenant |
//! | `endpoint` | what answers at a path of the tenant and of Microsoft Graph |
//! | `test_control` | how tests steer the tenant and question it |
//! | `emulator` | the front door: who answers a request |
//!
//! Sources are the protocol's specifications and Microsoft's documentation:
//! <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow> and its
//! neighbours.
//!
//! It shares no code with the crate `protocol`, because a shared mistake would hide itself. Its
//! signing key is public and worth nothing: never let a real API trust it.

#![warn(missing_docs)]

mod client;
mod emulator;
mod endpoint;
mod exchange;
mod grant;
mod person;
mod platform;
mod refusal;
mod remembered;
mod request;
mod tenant;
mod test_control;
mod token;
mod value;

pub use emulator::Emulator;
pub use tenant::{
    certificate::Certificate,
    contoso::contoso,
    overview::{Entry, text as overview_text},
    registration::{
        Api, AppRole, Client, ClientKind, Credentials, FederatedCredential, ManagedIdentity,
        Permission, Platform, RedirectUri, Secret, Tenant, TokenVersion, User,
    },
};
pub use test_control::disruption::Disruption;
pub use value::{
    cloud::{Cloud, UnknownCloud},
    origin::{NotAnOrigin, Origin},
    time::UnixTime,
};
