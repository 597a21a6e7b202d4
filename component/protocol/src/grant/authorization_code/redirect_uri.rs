//! Where the browser returns after a sign-in.
//!
//! [RFC 8252 section 7.3](https://www.rfc-editor.org/rfc/rfc8252#section-7.3) and
//! [redirect URI restrictions](https://learn.microsoft.com/entra/identity-platform/reply-url). It is sent twice and must be the same to
//! the byte, so it stays as it was written.

use std::fmt;

use url::{Host, Url};

use crate::value::impossible::Impossible;
use crate::value::printable::quoted;

/// What Entra registers at most.
const LONGEST: usize = 256;

/// A redirect URI: https, or http on loopback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectUri(String);

impl RedirectUri {
    /// Checks the URI; whether it is registered is the server's to say.
    pub fn parse(text: &str) -> Result<Self, Impossible> {
        let invalid = |why: &str| {
            Impossible::new(format!("redirect URI {} {why}", quoted(text))).with_hint(
                "use `http://localhost`, as registered under Mobile and desktop applications",
            )
        };
        if text.len() > LONGEST || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(invalid("is too long or has characters outside ASCII"));
        }
        if text.contains(['\\', '"', '<', '>', '#', '@']) {
            return Err(invalid("has a character that redirect URIs cannot have"));
        }
        let url = Url::parse(text).map_err(|_| invalid("is not a URL"))?;
        let is_loopback = match url.host() {
            Some(Host::Domain(domain)) => domain == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        match url.scheme() {
            "https" if url.has_host() => Ok(Self(text.to_owned())),
            "http" if is_loopback => Ok(Self(text.to_owned())),
            _ => Err(invalid("is neither https nor http on loopback")),
        }
    }

    /// The URI as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_or_https_is_returned_to() {
        let long = format!("http://localhost/{}", "a".repeat(300));
        let rows = [
            ("http://localhost", true),
            ("http://localhost:53111/", true),
            ("http://127.0.0.1:8400/callback", true),
            ("http://[::1]:8400", true),
            ("https://app.example/callback?x=y", true),
            ("http://localhost.evil.test", false),
            ("http://127.0.0.1.evil.test", false),
            ("http://localhost@evil.test", false),
            ("http://app.example", false),
            ("http://0.0.0.0:8400", false),
            ("http://localhost/#fragment", false),
            ("javascript:alert(1)", false),
            ("file:///etc/passwd", false),
            ("urn:ietf:wg:oauth:2.0:oob", false),
            ("http://localhost/\r\nx", false),
            ("http://local\u{202e}host", false),
            ("localhost", false),
            (&long, false),
            ("", false),
        ];
        for (text, expected) in rows {
            let parsed = RedirectUri::parse(text);
            assert_eq!(parsed.is_ok(), expected, "{text}");
            assert_eq!(parsed.is_ok_and(|uri| uri.as_str() == text), expected);
        }
    }
}
