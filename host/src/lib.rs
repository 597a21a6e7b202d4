//! `entra-auth-cli` for Linux, macOS and Windows: runs the command line component and lends it what a sandbox cannot
//! have.
//!
//! The token logic and the command line are WebAssembly components, the same bytes as in every other host. This crate is
//! nothing but an engine and capabilities, one file each.

mod arc_agent;
mod bindings;
mod clipboard;
mod demo;
mod engine;
mod engine_config;
mod environment;
mod files;
mod folder;
mod interrupt;
mod local_time;
#[cfg(unix)]
mod mapped_code;
mod network;
mod platform;
mod private_file;
mod profile_store;
mod programs;
mod prompt;
mod run;
mod sealed;
mod secret_store;
mod sign_in;
mod terminal;
mod token_cache;
mod wasi;

pub use engine::Embedded;
pub use run::run;
