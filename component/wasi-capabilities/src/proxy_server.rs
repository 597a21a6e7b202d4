//! `proxy-server`: not here. A command has no sockets to listen at; the engine that runs it serves the proxy by itself.

use crate::WasiCapabilities;
use crate::bindings::exports::entra_auth::core::proxy_server::{Guest, Verdict};
use crate::failure::{Capability, Failure, Fault, failure};

impl Guest for WasiCapabilities {
    fn check(_configuration: String) -> Result<Verdict, Failure> {
        Err(absent())
    }

    fn serve(_configuration: String) -> Result<(), Failure> {
        Err(absent())
    }
}

fn absent() -> Failure {
    failure(
        Capability::Network,
        Fault::Absent,
        "this sandbox serves no proxy",
        "start `entra-auth-proxy.wasm` by `wasmtime serve -S cli --dir FOLDER::/config`, with the configuration in `proxy.toml`",
    )
}
