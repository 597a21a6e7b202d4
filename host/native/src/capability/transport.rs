//! The capability `transport`: what the network knows about the way of a request.

use wasmtime::component::{HasData, Linker};

use crate::capability::bindings::entra_auth::core::errors::{Capability, Failure, Fault};
use crate::capability::bindings::entra_auth::core::transport;
use crate::capability::network::{Cause, Network};

/// The network during a call.
pub(crate) struct TransportView<'a> {
    pub(crate) network: &'a Network,
}

impl transport::Host for TransportView<'_> {
    fn way(&mut self, host: String) -> Result<Option<String>, Failure> {
        self.network.way(&host).map_err(failure)
    }

    fn explain(&mut self, _host: String, _fault: Fault) -> Result<Option<Failure>, Failure> {
        Ok(self.network.last_cause().map(failure))
    }
}

fn failure(cause: Cause) -> Failure {
    Failure::new(Capability::Network, cause.fault, cause.message, cause.hint)
}

/// There is nothing to it but the network.
pub(crate) struct Transport;

impl HasData for Transport {
    type Data<'a> = TransportView<'a>;
}

/// Lend the capability to guests.
pub(crate) fn add_to_linker<T: 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> TransportView<'_>,
) -> wasmtime::Result<()> {
    transport::add_to_linker::<T, Transport>(linker, view)
}
