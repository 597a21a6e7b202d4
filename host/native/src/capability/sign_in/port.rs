//! The port on loopback that the browser returns to.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, TcpListener};
use std::ops::RangeInclusive;

use super::failure;
use crate::capability::bindings::entra_auth::core::errors::{Failure, Fault};

/// A port that is free for one address can be taken for the other.
const ATTEMPTS: usize = 20;

/// One port, the same on every address.
#[derive(Debug)]
pub(super) struct Bound {
    pub(super) port: u16,
    pub(super) listeners: Vec<TcpListener>,
}

/// Takes a port: the first free one of `range`, or any if there is none.
pub(super) fn take(
    addresses: &[IpAddr],
    range: Option<RangeInclusive<u16>>,
) -> Result<Bound, Failure> {
    let Some(range) = range else {
        return take_any(addresses).map_err(|error| no_port(&error));
    };
    let mut last = None;
    for port in range.clone() {
        match bind(addresses, port) {
            Ok(bound) => return Ok(bound),
            Err(error) => last = Some(error),
        }
    }
    Err(match last {
        Some(error) if range.start() == range.end() => not_free(*range.start(), &error),
        _ => none_free(&range),
    })
}

fn take_any(addresses: &[IpAddr]) -> io::Result<Bound> {
    let mut attempt = bind(addresses, 0);
    for _ in 1..ATTEMPTS {
        match attempt {
            Err(error) if error.kind() == ErrorKind::AddrInUse => attempt = bind(addresses, 0),
            other => return other,
        }
    }
    attempt
}

/// Listens on every address that this machine has: there may be no IPv6.
fn bind(addresses: &[IpAddr], port: u16) -> io::Result<Bound> {
    let mut bound = Bound {
        port,
        listeners: Vec::new(),
    };
    let mut missing = io::Error::from(ErrorKind::AddrNotAvailable);
    for address in addresses {
        match TcpListener::bind((*address, bound.port)) {
            Ok(listener) => {
                bound.port = listener.local_addr()?.port();
                listener.set_nonblocking(true)?;
                bound.listeners.push(listener);
            }
            // Whoever has the other half of the port would get the browser's answer.
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::AddrInUse | ErrorKind::PermissionDenied
                ) =>
            {
                return Err(error);
            }
            Err(error) => missing = error,
        }
    }
    if bound.listeners.is_empty() {
        return Err(missing);
    }
    Ok(bound)
}

fn not_free(port: u16, error: &io::Error) -> Failure {
    match error.kind() {
        ErrorKind::AddrInUse => failure::new(
            Fault::Denied,
            format!("port {port} is already in use"),
            "stop the program that listens there or name another port; without `--port` any free one is taken",
        ),
        ErrorKind::PermissionDenied => failure::new(
            Fault::Denied,
            format!("port {port} may not be listened to"),
            "name a port above 1023; without `--port` any free one is taken",
        ),
        _ => no_port(error),
    }
}

fn none_free(range: &RangeInclusive<u16>) -> Failure {
    failure::new(
        Fault::Denied,
        format!("no port from {} to {} is free", range.start(), range.end()),
        "name another range; without `--port-range` any free port is taken",
    )
}

fn no_port(error: &io::Error) -> Failure {
    failure::new(
        Fault::Other,
        format!("cannot listen on loopback: {error}"),
        "check the network of this machine, or sign in on another device with `-f DeviceCode`",
    )
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::*;

    const V4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
    const V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

    fn has_v6() -> bool {
        TcpListener::bind((V6, 0)).is_ok()
    }

    #[test]
    fn any_port_is_the_same_on_both_addresses() {
        let bound = take(&[V4, V6], None).unwrap();
        assert_eq!(bound.listeners.len(), 1 + usize::from(has_v6()));
        for listener in &bound.listeners {
            let address = listener.local_addr().unwrap();
            assert!(address.ip().is_loopback());
            assert_eq!(address.port(), bound.port);
        }
    }

    #[test]
    fn a_fixed_port_in_use_is_refused_even_if_only_one_address_has_it() {
        let taken: &[IpAddr] = if has_v6() { &[V4, V6] } else { &[V4] };
        for address in taken {
            let other = TcpListener::bind((*address, 0)).unwrap();
            let port = other.local_addr().unwrap().port();
            let failure = take(&[V4, V6], Some(port..=port)).unwrap_err();
            assert_eq!(failure.fault, Fault::Denied);
            assert_eq!(failure.message, format!("port {port} is already in use"));
            assert!(failure.hint.is_some());
            drop(other);
            assert_eq!(take(&[V4, V6], Some(port..=port)).unwrap().port, port);
        }
    }

    #[test]
    fn a_range_gives_its_first_free_port() {
        // Neighbours of a port that the system gave out; others may take them meanwhile.
        for _ in 0..ATTEMPTS {
            let first = TcpListener::bind((V4, 0)).unwrap();
            let port = first.local_addr().unwrap().port();
            let Some(next) = port.checked_add(1) else {
                continue;
            };
            let Ok(bound) = take(&[V4], Some(port..=next)) else {
                continue;
            };
            assert_eq!(bound.port, next);
            let failure = take(&[V4], Some(port..=next)).unwrap_err();
            assert_eq!(failure.fault, Fault::Denied);
            assert_eq!(
                failure.message,
                format!("no port from {port} to {next} is free")
            );
            return;
        }
        panic!("no two ports beside each other");
    }

    #[test]
    fn an_address_that_this_machine_does_not_have_is_left_out() {
        let absent = "2001:db8::1".parse().unwrap();
        assert_eq!(take(&[V4, absent], None).unwrap().listeners.len(), 1);
        assert_eq!(take(&[absent], None).unwrap_err().fault, Fault::Other);
    }
}
