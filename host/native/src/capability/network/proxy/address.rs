//! One proxy, as a variable names it: `[protocol://][user[:password]@]host[:port]`, the way curl reads it
//! (<https://curl.se/docs/manpage.html#-x>).

use std::fmt;
use std::net::Ipv6Addr;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::HeaderValue;
use zeroize::Zeroizing;

use crate::capability::network::connection::authority;

/// How a proxy is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// `CONNECT` (RFC 9110 section 9.3.6).
    Http,
    /// The same within TLS.
    Https,
    /// Names are looked up here.
    Socks4,
    /// Names are looked up by the proxy.
    Socks4a,
    /// RFC 1928; names are looked up here.
    Socks5,
    /// RFC 1928; names are looked up by the proxy.
    Socks5h,
}

/// A proxy and who one is to it. Shown without credentials.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Address {
    pub(in super::super) protocol: Protocol,
    /// Without brackets.
    pub(in super::super) host: String,
    pub(in super::super) port: u16,
    /// Name and password, decoded.
    pub(super) credentials: Option<(Zeroizing<String>, Zeroizing<String>)>,
}

impl Address {
    /// What is wrong with `text` otherwise, without a word of it: any part of it may be a password.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (protocol, rest) = match split_protocol(text) {
            Some((name, rest)) => (Protocol::named(name)?, rest),
            None => (Protocol::Http, text),
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, behind) = rest.split_at(end);
        if behind.contains('@') {
            let character = behind.chars().next().unwrap_or('#');
            return Err(format!("has a `{character}` in its user name or password"));
        }
        let (credentials, place) = match authority.split_once('@') {
            Some((_, place)) if place.contains('@') => {
                return Err("has an `@` in its user name or password".to_owned());
            }
            Some((credentials, place)) => (Some(split_credentials(credentials)?), place),
            None => (None, authority),
        };
        let (host, port) = split_port(place)?;
        Ok(Self {
            protocol,
            host: checked_host(host)?,
            port: match port {
                Some(port) => parse_port(port)?,
                None => protocol.default_port(),
            },
            credentials,
        })
    }

    /// The value of `Proxy-Authorization` (RFC 7617).
    pub(super) fn basic_authorization(&self) -> Option<HeaderValue> {
        let (user, password) = self.credentials.as_ref()?;
        let pair = Zeroizing::new(format!("{}:{}", user.as_str(), password.as_str()));
        let encoded = Zeroizing::new(format!("Basic {}", BASE64_STANDARD.encode(pair.as_bytes())));
        let mut value = HeaderValue::from_str(&encoded).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}://{}",
            self.protocol.name(),
            authority(&self.host, self.port)
        )
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Protocol {
    const ALL: [Self; 6] = [
        Self::Http,
        Self::Https,
        Self::Socks4,
        Self::Socks4a,
        Self::Socks5,
        Self::Socks5h,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
            Self::Socks4 => "socks4",
            Self::Socks4a => "socks4a",
            Self::Socks5 => "socks5",
            Self::Socks5h => "socks5h",
        }
    }

    fn named(name: &str) -> Result<Self, String> {
        if name.eq_ignore_ascii_case("socks") {
            return Ok(Self::Socks4);
        }
        Self::ALL
            .into_iter()
            .find(|protocol| protocol.name().eq_ignore_ascii_case(name))
            .ok_or_else(|| {
                let known: Vec<&str> = Self::ALL.into_iter().map(Self::name).collect();
                format!("names a protocol that is none of {}", known.join(", "))
            })
    }

    /// curl's: the port of SOCKS for everything but TLS.
    fn default_port(self) -> u16 {
        match self {
            Self::Https => 443,
            _ => 1080,
        }
    }
}

/// The protocol's name and what follows it; curl takes one to three slashes.
fn split_protocol(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = text.split_once(':')?;
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || "+-.".contains(character));
    let slashes = rest.len() - rest.trim_start_matches('/').len();
    (is_name && (1..=3).contains(&slashes)).then(|| (name, rest.trim_start_matches('/')))
}

type Credentials = (Zeroizing<String>, Zeroizing<String>);

fn split_credentials(text: &str) -> Result<Credentials, String> {
    let (user, password) = text.split_once(':').unwrap_or((text, ""));
    Ok((decoded(user)?, decoded(password)?))
}

/// Percent-encoding undone; a `%` that begins none stands for itself.
fn decoded(text: &str) -> Result<Zeroizing<String>, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        let encoded = behind
            .get(..2)
            .filter(|digits| first == b'%' && digits.iter().all(u8::is_ascii_hexdigit))
            .and_then(|digits| u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok());
        bytes.push(encoded.unwrap_or(first));
        rest = behind
            .get(if encoded.is_some() { 2 } else { 0 }..)
            .unwrap_or_default();
    }
    let text = String::from_utf8(bytes)
        .map(Zeroizing::new)
        .map_err(|_| "has a user name or password that is no UTF-8".to_owned())?;
    if text.chars().any(char::is_control) {
        return Err("has a control character in its user name or password".to_owned());
    }
    Ok(text)
}

/// Host without brackets, and the port if one is there.
fn split_port(place: &str) -> Result<(&str, Option<&str>), String> {
    if let Some(rest) = place.strip_prefix('[') {
        let (host, behind) = rest
            .split_once(']')
            .ok_or("has an opening bracket without its end")?;
        return match behind.strip_prefix(':') {
            Some(port) => Ok((host, Some(port).filter(|port| !port.is_empty()))),
            None if behind.is_empty() => Ok((host, None)),
            None => Err("has something between an address and its port".to_owned()),
        };
    }
    match place.split_once(':') {
        Some((_, port)) if port.contains(':') => {
            Err("has more than one colon; an IPv6 address stands in brackets".to_owned())
        }
        Some((host, "")) => Ok((host, None)),
        Some((host, port)) => Ok((host, Some(port))),
        None => Ok((place, None)),
    }
}

fn parse_port(port: &str) -> Result<u16, String> {
    let is_number = port.bytes().all(|byte| byte.is_ascii_digit());
    match port.parse() {
        Ok(number) if number > 0 && is_number => Ok(number),
        _ => Err("has a port that is no number from 1 to 65535".to_owned()),
    }
}

fn checked_host(host: &str) -> Result<String, String> {
    if host.is_empty() {
        return Err("names no host".to_owned());
    }
    // The zone of a link-local address follows a `%`.
    let address = host.split('%').next().unwrap_or(host);
    let is_v6 = address.parse::<Ipv6Addr>().is_ok();
    let is_name = host.chars().all(|character| {
        character.is_ascii_alphanumeric() || "-._~".contains(character) || !character.is_ascii()
    });
    match is_v6 || is_name && !host.chars().any(char::is_whitespace) {
        true => Ok(host.to_owned()),
        false => Err("has a character in its host that belongs to none".to_owned()),
    }
}
