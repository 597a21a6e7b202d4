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

mod capability;
mod engine;
mod system;

pub use engine::embedded::Embedded;
pub use engine::run::run;
