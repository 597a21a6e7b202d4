//! What a person can do about a connection, by what lies on the way: nothing does where this machine talks to itself.

use super::proxy::is_loopback;

/// Where nobody answers at `host`, an IPv6 address without brackets.
pub(super) fn no_connection(host: &str, is_plain: bool) -> &'static str {
    match (is_loopback(host), is_plain) {
        (true, _) => "start what is to listen there, or correct the port",
        // Never through a proxy.
        (false, true) => "check the address, and the network of this machine",
        (false, false) => {
            "check the network; where only a proxy leads out, HTTPS_PROXY must name it"
        }
    }
}

/// Where the other side ended a TLS handshake.
pub(super) fn no_handshake(host: &str) -> &'static str {
    match is_loopback(host) {
        true => "check that TLS is spoken there, and what the server says about it",
        false => {
            "a firewall or proxy in between may refuse this host; check the network, and HTTPS_PROXY and NO_PROXY"
        }
    }
}

/// Where a TLS handshake takes too long.
pub(super) fn slow_handshake(host: &str) -> &'static str {
    match is_loopback(host) {
        true => "check that TLS is spoken there",
        false => "check that TLS is spoken there, and the proxy or firewall in between",
    }
}

/// Where a connection that was there broke.
pub(super) fn broken_off(host: &str) -> &'static str {
    match is_loopback(host) {
        true => "try again; if it stays so, look at what the server says about it",
        false => "try again; if it stays so, a proxy or firewall in between may be the cause",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_between_this_machine_and_itself() {
        for (host, is_behind_something) in [
            ("localhost", false),
            ("api.localhost", false),
            ("127.0.0.1", false),
            ("::1", false),
            ("login.microsoftonline.com", true),
            ("192.0.2.7", true),
        ] {
            for hint in [
                no_connection(host, false),
                no_handshake(host),
                slow_handshake(host),
                broken_off(host),
            ] {
                let names = hint.to_lowercase().contains("proxy");
                assert_eq!(names, is_behind_something, "{host}: {hint}");
            }
            assert!(!no_connection(host, true).contains("PROXY"), "{host}");
        }
    }
}
