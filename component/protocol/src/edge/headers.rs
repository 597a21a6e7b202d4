//! Which of the caller's headers go on, and what is put in their place.
//!
//! Names are compared with `_` taken for `-`, as servers that make variables of them do
//! ([RFC 3875 section 4.1.18](https://www.rfc-editor.org/rfc/rfc3875#section-4.1.18)).

use crate::edge::head::Head;

/// Between two hops, or the engine's to write ([RFC 9110 section 7.6.1](https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1)).
const OF_THE_CONNECTION: [&str; 12] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "trailers",
    "transfer-encoding",
    "upgrade",
];

/// What only a proxy or a platform may say, and whoever is behind one believes.
const OF_PROXIES: [&str; 12] = [
    "authorization",
    "client-ip",
    "forwarded",
    "proxy-authenticate",
    "proxy-authorization",
    "true-client-ip",
    "x-client-ip",
    "x-http-method",
    "x-http-method-override",
    "x-identity-header",
    "x-method-override",
    "x-real-ip",
];

/// The same, by the beginning of their names.
const FAMILIES: [&str; 7] = [
    "proxy-",
    "x-forwarded-",
    "x-ms-client-principal",
    "x-ms-token-",
    "x-original-",
    "x-rewrite-",
    "x-arr-",
];

/// The names that a route's claims go by, and whatever else it lets through.
pub(crate) struct Policy<'a> {
    /// Of every route, in lower case.
    pub(crate) reserved: &'a [String],
    pub(crate) passes_cookies: bool,
    pub(crate) passes_authorization: bool,
}

impl Policy<'_> {
    /// The caller's own headers, without what is not theirs to say.
    pub(crate) fn kept(&self, head: &Head<'_>) -> Vec<(String, Vec<u8>)> {
        let dropped: Vec<&[u8]> = head
            .values("connection")
            .flat_map(|value| value.split(|byte| *byte == b','))
            .map(<[u8]>::trim_ascii)
            .collect();
        head.headers
            .iter()
            .filter(|(name, _)| self.is_callers(name))
            .filter(|(name, _)| !dropped.iter().any(|other| is_same(name.as_bytes(), other)))
            .cloned()
            .collect()
    }

    fn is_callers(&self, name: &str) -> bool {
        let is = |other: &str| is_same(name.as_bytes(), other.as_bytes());
        if is("authorization") {
            return self.passes_authorization;
        }
        if is("cookie") {
            return self.passes_cookies;
        }
        !OF_THE_CONNECTION.iter().any(|other| is(other))
            && !OF_PROXIES.iter().any(|other| is(other))
            && !FAMILIES.iter().any(|family| begins(name, family))
            && !self.reserved.iter().any(|own| is(own))
    }
}

/// Whether a configuration may name a header of its own so.
pub(crate) fn is_free(name: &str) -> bool {
    let is_token = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    name.starts_with("x-")
        && name.len() <= 64
        && name.bytes().all(is_token)
        && !OF_PROXIES.contains(&name)
        && !FAMILIES.iter().any(|family| name.starts_with(family))
}

/// Whether a header of an answer goes back to the caller. Its length does, which tells whether a body was cut off.
pub fn goes_back(name: &str) -> bool {
    let is = |other: &str| is_same(name.as_bytes(), other.as_bytes());
    // `trailer` and the rest are the engine's to write on this side too.
    is("content-length")
        || !OF_THE_CONNECTION.iter().any(|other| is(other)) && !begins(name, "proxy-")
}

/// Whether servers that make variables of names could take one for the other.
fn is_same(name: &[u8], other: &[u8]) -> bool {
    name.len() == other.len() && name.iter().map(fold).eq(other.iter().map(fold))
}

/// The same for the beginning of a name.
fn begins(name: &str, family: &str) -> bool {
    let beginning = name.as_bytes().get(..family.len());
    beginning.is_some_and(|beginning| is_same(beginning, family.as_bytes()))
}

fn fold(byte: &u8) -> u8 {
    match byte {
        b'_' => b'-',
        byte => byte.to_ascii_lowercase(),
    }
}
