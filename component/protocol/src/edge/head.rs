//! The head of a request, as an engine hands it over.

use crate::edge::peer::Peer;

/// Borrowed from the engine's copy; nothing is checked yet.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    pub(crate) method: &'a str,
    pub(crate) scheme: &'a str,
    pub(crate) authority: Option<&'a str>,
    pub(crate) target: &'a str,
    pub(crate) headers: &'a [(String, Vec<u8>)],
    pub(crate) peer: Peer,
}

/// So many headers, and so many bytes of them, are room for a large token, cookies included.
const MOST_HEADERS: usize = 200;
const MOST_BYTES: usize = 64 * 1024;

impl<'a> Head<'a> {
    /// The parts; `authority` is the host that was asked, with its port if it was named, and `target` path and query.
    pub const fn new(
        method: &'a str,
        scheme: &'a str,
        authority: Option<&'a str>,
        target: &'a str,
        headers: &'a [(String, Vec<u8>)],
    ) -> Self {
        Self {
            method,
            scheme,
            authority,
            target,
            headers,
            peer: Peer::Unknown,
        }
    }

    /// The same, of who is known to have sent it.
    #[must_use]
    pub const fn from_peer(self, peer: Peer) -> Self {
        Self { peer, ..self }
    }

    /// The values of a header, whose name is in lower case.
    pub(crate) fn values(&self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        let named = self
            .headers
            .iter()
            .filter(move |(other, _)| other.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_slice())
    }

    pub(crate) fn is_large(&self) -> bool {
        let sizes = self
            .headers
            .iter()
            .map(|(name, value)| name.len() + value.len());
        self.headers.len() > MOST_HEADERS
            || sizes.sum::<usize>().saturating_add(self.target.len()) > MOST_BYTES
    }

    /// The host that is asked for, in lower case, with its port if it was named; `None` for what is no host, or several.
    pub(crate) fn host(&self) -> Option<String> {
        let authority = self.authority.filter(|authority| is_host(authority))?;
        let mut named = self.values("host");
        let is_same = |value: &[u8]| value.eq_ignore_ascii_case(authority.as_bytes());
        let is_one = named.next().is_none_or(is_same) && named.next().is_none();
        is_one.then(|| authority.to_ascii_lowercase())
    }
}

/// A name or address with a port, in the spelling that everybody compares: no trailing dot, no user, no escape.
fn is_host(authority: &str) -> bool {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !authority.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let is_port = |port: &str| port.parse::<u16>().is_ok() && !port.starts_with(['0', '+']);
    let is_address = |text: &str| text.parse::<std::net::Ipv6Addr>().is_ok();
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let is_name = || {
        host.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
            && !host.split('.').any(str::is_empty)
    };
    host.len() <= 253 && port.is_none_or(is_port) && bare.map_or_else(is_name, is_address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_read_in_one_way() {
        let rows: [(Option<&str>, &[&str], Option<&str>); 17] = [
            (Some("orders.example"), &[], Some("orders.example")),
            (
                Some("Orders.EXAMPLE:8080"),
                &["orders.example:8080"],
                Some("orders.example:8080"),
            ),
            (Some("127.0.0.1:80"), &[], Some("127.0.0.1:80")),
            (Some("[::1]:8080"), &[], Some("[::1]:8080")),
            (Some("[::1]"), &[], Some("[::1]")),
            (None, &["a"], None),
            (Some(""), &[], None),
            (Some("orders.example."), &[], None),
            (Some("user@orders.example"), &[], None),
            (Some("orders.example:"), &[], None),
            (Some("orders.example:99999"), &[], None),
            (Some("orders.example:080"), &[], None),
            (Some("[::1"), &[], None),
            (Some("orders%2eexample"), &[], None),
            (Some("evil.test"), &["orders.example"], None),
            (Some("a"), &["a", "b"], None),
            (Some("a"), &["a", "a"], None),
        ];
        for (authority, named, expected) in rows {
            let headers: Vec<(String, Vec<u8>)> = named
                .iter()
                .map(|value| ("Host".to_owned(), value.as_bytes().to_vec()))
                .collect();
            let head = Head::new("GET", "http", authority, "/", &headers);
            assert_eq!(head.host().as_deref(), expected, "{authority:?} {named:?}");
        }
    }

    #[test]
    fn a_head_has_an_end() {
        let many = vec![("a".to_owned(), Vec::new()); MOST_HEADERS + 1];
        let long = [("a".to_owned(), vec![b'x'; MOST_BYTES])];
        let fine = [("a".to_owned(), vec![b'x'; 30_000])];
        for (headers, expected) in [(many.as_slice(), true), (&long, true), (&fine, false)] {
            assert_eq!(
                Head::new("GET", "http", None, "/", headers).is_large(),
                expected
            );
        }
    }
}
