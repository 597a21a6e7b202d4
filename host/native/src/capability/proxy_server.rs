//! The capability `proxy-server`: a proxy in front of an API, served by this process.

use wasmtime::component::{HasData, Linker};

use crate::capability::bindings::entra_auth::core::errors::{Capability, Failure, Fault};
use crate::capability::bindings::entra_auth::core::proxy_server;
pub(crate) use crate::capability::bindings::entra_auth::core::proxy_server::Verdict;

/// Who does it: the proxy is a component too, and not run by a capability.
pub(crate) trait Serve: Send + Sync {
    /// What a configuration does.
    fn check(&self, configuration: &str) -> Result<Verdict, Failure>;

    /// Serves until somebody ends it.
    fn serve(&self, configuration: &str) -> Result<(), Failure>;
}

/// Where none is served.
pub(crate) struct Nobody;

impl Serve for Nobody {
    fn check(&self, _configuration: &str) -> Result<Verdict, Failure> {
        Err(absent())
    }

    fn serve(&self, _configuration: &str) -> Result<(), Failure> {
        Err(absent())
    }
}

fn absent() -> Failure {
    Failure::new(
        Capability::Network,
        Fault::Absent,
        "no proxy is served here",
        "start it by the command `proxy` of entra-auth-cli",
    )
}

/// The server.
pub(crate) struct ProxyServer(Box<dyn Serve>);

impl ProxyServer {
    pub(crate) fn new(server: impl Serve + 'static) -> Self {
        Self(Box::new(server))
    }

    pub(crate) fn view(&self) -> ProxyServerView<'_> {
        ProxyServerView { server: &*self.0 }
    }
}

/// The server during a call.
pub(crate) struct ProxyServerView<'a> {
    server: &'a dyn Serve,
}

impl proxy_server::Host for ProxyServerView<'_> {
    fn check(&mut self, configuration: String) -> Result<Verdict, Failure> {
        self.server.check(&configuration)
    }

    fn serve(&mut self, configuration: String) -> Result<(), Failure> {
        self.server.serve(&configuration)
    }
}

impl HasData for ProxyServer {
    type Data<'a> = ProxyServerView<'a>;
}

/// Lend the capability to guests.
pub(crate) fn add_to_linker<T: 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> ProxyServerView<'_>,
) -> wasmtime::Result<()> {
    proxy_server::add_to_linker::<T, ProxyServer>(linker, view)
}
