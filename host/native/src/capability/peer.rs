//! The capability `peer`: who is at the other end of a request's connection.

use std::net::SocketAddr;

use wasmtime::component::{HasData, Linker};

use crate::capability::bindings::entra_auth::core::peer;
pub(crate) use crate::capability::bindings::entra_auth::core::peer::Place;

/// Where this address is.
pub(crate) fn place_of(address: SocketAddr) -> Place {
    // One of IPv4 has two spellings.
    match address.ip().to_canonical().is_loopback() {
        true => Place::Loopback,
        false => Place::Elsewhere,
    }
}

/// The place during a call.
pub(crate) struct PeerView {
    pub(crate) place: Place,
}

impl peer::Host for PeerView {
    fn locate(&mut self) -> Place {
        self.place
    }
}

impl HasData for PeerView {
    type Data<'a> = Self;
}

/// Lend the capability to guests.
pub(crate) fn add_to_linker<T: 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> PeerView,
) -> wasmtime::Result<()> {
    peer::add_to_linker::<T, PeerView>(linker, view)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_loopback_are_here() {
        for (address, expected) in [
            ("127.0.0.1:1", Place::Loopback),
            ("127.8.0.1:1", Place::Loopback),
            ("[::1]:1", Place::Loopback),
            ("[::ffff:127.0.0.1]:1", Place::Loopback),
            ("10.0.0.1:1", Place::Elsewhere),
            ("[::ffff:10.0.0.1]:1", Place::Elsewhere),
            ("[fe80::1]:1", Place::Elsewhere),
            ("169.254.169.254:1", Place::Elsewhere),
            ("0.0.0.0:1", Place::Elsewhere),
        ] {
            assert_eq!(place_of(address.parse().unwrap()), expected, "{address}");
        }
    }
}
