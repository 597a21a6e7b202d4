//! What a sandbox cannot have and is lent, one file or folder a capability, named as its interface in `wit/`.
//!
//! Each has the same four parts in the same order: context, view, the interface's implementation, `add_to_linker`.

pub(crate) mod access_log;
pub(crate) mod arc_agent;
pub(crate) mod bindings;
pub(crate) mod clipboard;
mod failure;
pub(crate) mod files;
pub(crate) mod identity_endpoint;
pub(crate) mod local_time;
pub(crate) mod network;
pub(crate) mod peer;
pub(crate) mod profile_store;
pub(crate) mod progress;
pub(crate) mod prompt;
pub(crate) mod proxy_server;
pub(crate) mod secret_store;
pub(crate) mod sign_in;
pub(crate) mod token_cache;
pub(crate) mod transport;
