//! `entra-auth-cli` for Linux, macOS and Windows: runs the command line component and lends it what a sandbox cannot
//! have.
//!
//! The token logic and the command line are WebAssembly components, the same bytes as in every other host. This crate is
//! nothing but an engine and what the component may reach through it, in three wings:
//!
//! | wing | what is in it | may use |
//! |---|---|---|
//! | `engine/` | the engine, and one run in it | `capability`, `system` |
//! | `capability/` | what is lent to the component, one file or folder an interface of `wit/` | `system` |
//! | `system/` | this machine: folders, private files, terminal, programs | nothing of this crate |

mod capability;
mod engine;
mod system;

pub use engine::embedded::Embedded;
pub use engine::run::run;
