//! The capabilities over plain WASI, for runtimes that know nothing of this product: stock `wasmtime run`, `jco run`.
//!
//! Profiles live in one preopened folder, secrets come from the environment (which the command line reads itself), and tokens are
//! kept as long as the instance lives: a sandbox without a keyring has no place for the key that would seal them.

mod access_log;
mod arc_agent;
mod bindings;
mod clipboard;
mod failure;
mod files;
mod folder;
mod identity_endpoint;
mod local_time;
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
