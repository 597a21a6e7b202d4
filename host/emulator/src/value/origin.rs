//! The scheme, host and port under which a client addressed the tenant (RFC 6454).

use std::{fmt, str::FromStr};

use http::Uri;

/// What metadata, issuers and error links begin with, such as `https://localhost:8400`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Origin {
    scheme: String,
    authority: String,
}

impl Origin {
    /// The origin of an absolute URI, for an embedder that answers requests in place of the
    /// network.
    ///
    /// # Errors
    ///
    /// When the URI names no scheme or no host, or user information stands before the host.
    pub fn of(uri: &Uri) -> Result<Self, NotAnOrigin> {
        let scheme = uri.scheme_str().ok_or(NotAnOrigin)?;
        let authority = uri
            .authority()
            .map(http::uri::Authority::as_str)
            .ok_or(NotAnOrigin)?;
        if authority.is_empty() || authority.contains('@') {
            return Err(NotAnOrigin);
        }
        Ok(Self {
            scheme: scheme.to_ascii_lowercase(),
            authority: authority.to_ascii_lowercase(),
        })
    }

    /// Host and port, as in a `Host` header.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// `http` or `https`.
    pub(crate) fn scheme(&self) -> &str {
        &self.scheme
    }

    /// Whether the host names this machine's loopback interface.
    pub fn is_loopback(&self) -> bool {
        LOOPBACK_HOSTS.contains(&self.host_and_port().0)
    }

    /// The names under which the same service answers: the spellings of loopback, or the one host.
    /// The first is this origin's own.
    pub(crate) fn aliases(&self) -> Vec<String> {
        let mut aliases = vec![self.authority.clone()];
        if self.is_loopback() {
            let port = self.host_and_port().1;
            let spellings = LOOPBACK_HOSTS.iter().map(|host| format!("{host}{port}"));
            aliases.extend(spellings.filter(|spelling| *spelling != self.authority));
        }
        aliases
    }

    /// The host, and the port with its colon or nothing.
    fn host_and_port(&self) -> (&str, &str) {
        match self.authority.rfind(':') {
            // The colons inside an IPv6 address are not the port's.
            Some(colon) if !self.authority.ends_with(']') => self.authority.split_at(colon),
            _ => (&self.authority, ""),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}://{}", self.scheme, self.authority)
    }
}

impl FromStr for Origin {
    type Err = NotAnOrigin;

    fn from_str(text: &str) -> Result<Self, NotAnOrigin> {
        let uri: Uri = text.parse().map_err(|_| NotAnOrigin)?;
        if uri.path() == "/" && uri.query().is_none() {
            Self::of(&uri)
        } else {
            Err(NotAnOrigin)
        }
    }
}

/// The text is not a scheme with a host.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NotAnOrigin;

impl fmt::Display for NotAnOrigin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("expected an origin such as `https://localhost:8400`")
    }
}

impl std::error::Error for NotAnOrigin {}

/// RFC 8252 section 7.3 names the literals, section 8.3 the name.
const LOOPBACK_HOSTS: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_scheme_host_and_port() {
        for (text, written, is_loopback) in [
            (
                "https://localhost:8400",
                Some("https://localhost:8400"),
                true,
            ),
            (
                "http://127.0.0.1:8400/",
                Some("http://127.0.0.1:8400"),
                true,
            ),
            ("http://[::1]:8400", Some("http://[::1]:8400"), true),
            ("http://[::1]", Some("http://[::1]"), true),
            (
                "HTTPS://Login.MicrosoftOnline.com",
                Some("https://login.microsoftonline.com"),
                false,
            ),
            (
                "http://localhost.example.com",
                Some("http://localhost.example.com"),
                false,
            ),
            ("http://user@localhost", None, false),
            ("http://localhost/tenant", None, false),
            ("localhost:8400", None, false),
            ("/path", None, false),
        ] {
            let origin = text.parse::<Origin>().ok();
            assert_eq!(
                origin.as_ref().map(Origin::to_string).as_deref(),
                written,
                "{text}"
            );
            assert_eq!(
                origin.is_some_and(|origin| origin.is_loopback()),
                is_loopback,
                "{text}"
            );
        }
    }

    #[test]
    fn loopback_answers_to_each_spelling() {
        let origin: Origin = "http://127.0.0.1:8400".parse().unwrap();
        assert_eq!(
            origin.aliases(),
            ["127.0.0.1:8400", "localhost:8400", "[::1]:8400"]
        );
    }
}
