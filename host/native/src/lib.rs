//! `entra-auth-cli` for Linux, macOS and Windows: runs the command line component and lends it what a sandbox cannot
//! have.
//!
//! The token logic and the command line are WebAssembly components, the same bytes as in every other host. This crate is
//! nothing but an engine and what the component may reach through it. The house, ground floor first; a wing may use those
//! above it in this list, and no other (`tests/wings.rs`):
//!
//! | wing | what is in it |
//! |---|---|
//! | `system` | this machine: folders, private files, terminal, programs, what differs by operating system |
//! | `capability` | what is lent to the component: one file or folder an interface of `wit/` |
//! | `engine` | the engine, and one run in it |
//! | `edge` | the proxy in front of an API: a listener, and instances of another component |

mod capability;
mod edge;
mod engine;
mod system;

pub use engine::embedded::Embedded;

use std::process::ExitCode;
use std::sync::Arc;

use capability::proxy_server::ProxyServer;

/// Runs the command line with this process's arguments and streams.
///
/// # Safety
///
/// Both components must come from this crate's build script, unchanged: they are native code.
#[expect(unsafe_code, reason = "native code can only be trusted, not checked")]
pub unsafe fn run(component: &'static Embedded, proxy: &'static Embedded) -> ExitCode {
    // SAFETY: the caller vouches for both.
    unsafe {
        let server = edge::Server::of(proxy);
        engine::run::run(component, Arc::new(ProxyServer::new(server)))
    }
}
