//! The capabilities over plain WASI, for runtimes that know nothing of this product: stock `wasmtime run`, `jco run`.
//!
//! Profiles live in one preopened folder and secrets come from the environment, which the command line reads itself. A sandbox has
//! no place for the key that seals tokens: they are kept on disk if the environment gives one, else as long as the instance lives.

mod access_log;
mod arc_agent;
mod bindings;
mod clipboard;
mod clock;
mod failure;
mod files;
mod folder;
mod identity_endpoint;
mod ignored;
mod local_time;
mod peer;
mod profile_store;
mod progress;
mod prompt;
mod proxy_server;
mod secret_store;
mod sign_in;
mod token_cache;
mod transport;
mod unfinished;

/// The component; each capability is implemented in the file of its name.
struct WasiCapabilities;
