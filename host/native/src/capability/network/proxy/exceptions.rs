//! `NO_PROXY`: hosts that are reached directly, the way curl reads it
//! (<https://everything.curl.dev/usingcurl/proxies/env.html>).

use std::net::IpAddr;

/// What a list of hosts, domains, addresses and networks says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Exceptions {
    everything: bool,
    entries: Vec<String>,
}

impl Exceptions {
    /// A list with commas or blanks in between; `*` alone means everything. What is no host matches none.
    pub(super) fn parse(list: &str) -> Self {
        Self {
            everything: list == "*",
            entries: list
                .split([',', ' ', '\t', '\n', '\r'])
                .filter(|entry| !entry.is_empty())
                .map(str::to_ascii_lowercase)
                .collect(),
        }
    }

    /// Whether `host`, an IPv6 address without brackets, is reached directly.
    pub(super) fn include(&self, host: &str) -> bool {
        self.everything
            || match host.parse::<IpAddr>() {
                Ok(address) => self.entries.iter().any(|entry| holds(entry, address)),
                Err(_) => {
                    let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
                    self.entries
                        .iter()
                        .any(|entry| is_at_or_above(entry, &name))
                }
            }
    }
}

/// `example.com` and `.example.com` mean the host and what is below it.
fn is_at_or_above(entry: &str, name: &str) -> bool {
    let entry = entry.strip_suffix('.').unwrap_or(entry);
    let entry = entry.strip_prefix('.').unwrap_or(entry);
    match name.strip_suffix(entry) {
        Some("") => true,
        Some(below) => !entry.is_empty() && below.ends_with('.'),
        None => false,
    }
}

/// An address, or a network such as `10.0.0.0/8` (RFC 4632).
fn holds(entry: &str, address: IpAddr) -> bool {
    let (network, bits) = match entry.split_once('/') {
        Some((network, bits)) => (network, bits.parse().unwrap_or(0)),
        None => (entry, 0),
    };
    let network = network
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(network);
    let (one, other, width) = match (network.parse(), address) {
        (Ok(IpAddr::V4(one)), IpAddr::V4(other)) => (
            u128::from(one.to_bits()) << 96,
            u128::from(other.to_bits()) << 96,
            32,
        ),
        (Ok(IpAddr::V6(one)), IpAddr::V6(other)) => (one.to_bits(), other.to_bits(), 128),
        _ => return false,
    };
    // No length of a prefix, and what is none, means the whole address.
    let bits: u32 = if bits == 0 { width } else { bits };
    bits <= width && (one ^ other).leading_zeros() >= bits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_that_are_reached_directly() {
        let rows = [
            ("*", "login.example", true),
            ("*,other", "login.example", false),
            ("login.example", "login.example", true),
            ("LOGIN.example", "login.EXAMPLE", true),
            ("login.example.", "login.example", true),
            ("login.example", "login.example.", true),
            (".example", "login.example", true),
            ("example", "login.example", true),
            (".example", "example", true),
            ("example", "badexample", false),
            ("login.example", "example", false),
            ("*.example", "login.example", false),
            ("other, login.example", "login.example", true),
            ("other login.example", "login.example", true),
            (",,login.example,", "login.example", true),
            (".", "login.example", false),
            (",", "login.example", false),
            ("login.example:443", "login.example", false),
            ("192.0.2.7", "192.0.2.7", true),
            ("192.0.2.7", "192.0.2.8", false),
            ("2.7", "192.0.2.7", false),
            ("192.0.2.0/24", "192.0.2.7", true),
            ("192.0.2.0/24", "192.0.3.7", false),
            ("192.0.2.0/32", "192.0.2.0", true),
            ("192.0.2.0/33", "192.0.2.0", false),
            ("192.0.0.0/14", "192.3.255.255", true),
            ("192.0.0.0/14", "192.4.0.0", false),
            ("2001:db8::/32", "2001:db8:1::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
            ("[2001:db8::1]", "2001:db8::1", true),
            ("2001:db8::1", "2001:0db8:0::1", true),
            ("0.0.0.0/0", "192.0.2.7", false),
        ];
        for (list, host, expected) in rows {
            assert_eq!(
                Exceptions::parse(list).include(host),
                expected,
                "{list} {host}"
            );
        }
    }
}
