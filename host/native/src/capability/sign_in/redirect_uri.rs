//! The redirect URI: which address, port and path lead back to this process.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::Uri;

use super::{failure, instructions};
use crate::capability::bindings::entra_auth::core::errors::{Failure, Fault};

/// What Entra accepts for every public client without a port being registered.
const DEFAULT: &str = "http://localhost";

/// A redirect URI that can be listened to: http on loopback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RedirectUri {
    text: String,
    uri: Uri,
}

impl RedirectUri {
    /// Checks that it leads to this machine and nowhere else.
    pub(super) fn parse(text: Option<&str>) -> Result<Self, Failure> {
        let text = text.unwrap_or(DEFAULT);
        let uri = text.parse::<Uri>().map_err(|_| refused(text))?;
        let this = Self {
            text: text.to_owned(),
            uri,
        };
        // `http::Uri` drops a fragment without a word.
        let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic())
            && !text.contains(['#', '\\', '"', '<', '>']);
        let is_http = this.uri.scheme() == Some(&http::uri::Scheme::HTTP);
        if !is_plain || !is_http || this.addresses().is_empty() || !this.has_plain_authority() {
            return Err(refused(text));
        }
        Ok(this)
    }

    /// Neither a user name nor a port that is none.
    fn has_plain_authority(&self) -> bool {
        let authority = self
            .uri
            .authority()
            .map_or("", |authority| authority.as_str());
        match authority.strip_prefix(self.host()) {
            Some("") => true,
            Some(_) => self.port().is_some_and(|port| port > 0),
            None => false,
        }
    }

    /// Where to listen. RFC 8252 section 7.3: what `localhost` means is the browser's choice, so both.
    pub(super) fn addresses(&self) -> Vec<IpAddr> {
        if self.host().eq_ignore_ascii_case("localhost") {
            return vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
        }
        let address = self.host().trim_matches(['[', ']']).parse::<IpAddr>();
        address
            .ok()
            .filter(IpAddr::is_loopback)
            .into_iter()
            .collect()
    }

    /// As in the `Host` header, without the port.
    pub(super) fn host(&self) -> &str {
        self.uri.host().unwrap_or_default()
    }

    /// The port that it names.
    pub(super) fn port(&self) -> Option<u16> {
        self.uri.port_u16()
    }

    /// The path that the browser returns to, `/` when there is none.
    pub(super) fn path(&self) -> &str {
        self.uri.path()
    }

    /// The same with `port`, byte for byte what it was when that is its port already.
    pub(super) fn with_port(&self, port: u16) -> String {
        if self.port() == Some(port) {
            return self.text.clone();
        }
        let authority = self
            .uri
            .authority()
            .map_or("", |authority| authority.as_str());
        match self.text.split_once(authority) {
            Some((before, after)) => format!("{before}{}:{port}{after}", self.host()),
            None => self.text.clone(),
        }
    }
}

fn refused(text: &str) -> Failure {
    failure::new(
        Fault::Denied,
        format!(
            "cannot listen at redirect URI `{}`: it is not http on loopback",
            instructions::printable(text)
        ),
        "use `http://localhost`, registered under Mobile and desktop applications",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Host, port, path, and the whole with port 7.
    type Parts<'a> = (&'a str, Option<u16>, &'a str, &'a str);

    #[test]
    fn only_http_on_loopback_is_listened_to() {
        let rows: &[(&str, Option<Parts<'_>>)] = &[
            (
                "http://localhost",
                Some(("localhost", None, "/", "http://localhost:7")),
            ),
            (
                "http://localhost/",
                Some(("localhost", None, "/", "http://localhost:7/")),
            ),
            (
                "http://localhost:8080",
                Some(("localhost", Some(8080), "/", "http://localhost:7")),
            ),
            (
                "http://localhost:7/x",
                Some(("localhost", Some(7), "/x", "http://localhost:7/x")),
            ),
            (
                "http://127.0.0.1:8400/a/b?c=d",
                Some((
                    "127.0.0.1",
                    Some(8400),
                    "/a/b",
                    "http://127.0.0.1:7/a/b?c=d",
                )),
            ),
            (
                "http://[::1]/cb",
                Some(("[::1]", None, "/cb", "http://[::1]:7/cb")),
            ),
            ("https://localhost", None),
            ("http://localhost.evil.test", None),
            ("http://127.0.0.1.evil.test", None),
            ("http://localhost@evil.test", None),
            ("http://evil.test@localhost", None),
            ("http://192.0.2.1", None),
            ("http://0.0.0.0:8400", None),
            ("http://[::]", None),
            ("http://[::ffff:127.0.0.1]", None),
            ("http://2130706433", None),
            ("http://app.example", None),
            ("http://localhost:0", None),
            ("http://localhost:99999", None),
            ("http://localhost:", None),
            ("http://localhost:http", None),
            ("http://localhost/#fragment", None),
            ("http://localhost/\r\nx", None),
            ("http://localhost\\@evil.test", None),
            ("javascript:alert(1)", None),
            ("localhost", None),
            ("/callback", None),
            ("", None),
        ];
        for (text, expected) in rows {
            let parsed = RedirectUri::parse(Some(text));
            let found = parsed
                .as_ref()
                .ok()
                .map(|uri| (uri.host(), uri.port(), uri.path(), uri.with_port(7)));
            let expected =
                expected.map(|(host, port, path, with)| (host, port, path, with.to_owned()));
            assert_eq!(found, expected, "{text}");
            if let Err(failure) = parsed {
                assert_eq!(failure.fault, Fault::Denied, "{text}");
                assert!(
                    failure.hint.is_some() && !failure.message.contains('\n'),
                    "{text}"
                );
            }
        }
    }

    #[test]
    fn localhost_is_both_families_and_an_address_itself() {
        for (text, expected) in [
            (None, &["127.0.0.1", "::1"][..]),
            (Some("http://LOCALHOST/x"), &["127.0.0.1", "::1"]),
            (Some("http://127.0.0.1"), &["127.0.0.1"]),
            (Some("http://127.0.0.2"), &["127.0.0.2"]),
            (Some("http://[::1]"), &["::1"]),
        ] {
            let addresses = RedirectUri::parse(text).unwrap().addresses();
            let expected: Vec<IpAddr> = expected.iter().map(|text| text.parse().unwrap()).collect();
            assert_eq!(addresses, expected, "{text:?}");
        }
    }
}
