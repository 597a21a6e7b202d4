//! Scheme, host and port: what the gate compares (RFC 6454 section 4).

use std::net::IpAddr;

use http::Uri;
use http::uri::Scheme;
use protocol::exchange::platform_request::is_on_platform;

use crate::bindings::exports::entra_auth::core::gate::Problem;

/// An origin, of https or http.
#[derive(Debug, PartialEq)]
pub(crate) struct Origin {
    scheme: Scheme,
    /// In lower case; an IPv6 address in brackets.
    host: String,
    port: u16,
}

/// How far plain http reaches, and what to say to those who want more.
struct Rule {
    is_near: fn(&str) -> bool,
    reach: &'static str,
    example: &'static str,
}

const AUTHORITY: Rule = Rule {
    is_near: is_loopback,
    reach: "use https; plain http is for loopback addresses only",
    example: "use an address such as https://login.microsoftonline.com",
};

const PLATFORM: Rule = Rule {
    is_near: |host| host == "localhost" || address(host).is_some_and(is_on_platform),
    reach: "the rule for the platform's identity endpoint: https, or plain http at `localhost` and at addresses of loopback, 169.254.0.0/16 and private networks only",
    example: "leave the variable as the platform sets it, such as http://169.254.169.254",
};

/// For what is compared with a permitted origin, and for servers of the user's own.
const ANY: Rule = Rule {
    is_near: |_| true,
    reach: "use http or https",
    example: "use an address such as http://127.0.0.1:9000",
};

impl Origin {
    /// The origin of any http or https URL.
    pub(crate) fn parse_any(url: &str) -> Result<Self, Problem> {
        Self::parse_within(&ANY, url)
    }

    /// The origin of an authority's URL.
    pub(crate) fn parse_authority(url: &str) -> Result<Self, Problem> {
        Self::parse_within(&AUTHORITY, url)
    }

    /// The origin of an identity endpoint of the platform.
    pub(crate) fn parse_platform(url: &str) -> Result<Self, Problem> {
        Self::parse_within(&PLATFORM, url)
    }

    /// The origin of a URL that the rule permits.
    fn parse_within(rule: &Rule, url: &str) -> Result<Self, Problem> {
        let origin = Self::parse(url, rule.example)?;
        if origin.scheme == Scheme::HTTP && !(rule.is_near)(&origin.host) {
            return Err(problem(
                format!("plain http to `{}` is not permitted", origin.host),
                rule.reach,
            ));
        }
        Ok(origin)
    }

    /// The comparison of hosts is only as good as this parser, so whatever is unusual fails: user information, a host that is
    /// not plain ASCII, an empty one.
    fn parse(url: &str, example: &str) -> Result<Self, Problem> {
        if url.contains('@') {
            // Not quoted: what stands before the sign may be a password.
            return Err(problem(
                "the address contains user information".to_owned(),
                "leave out everything up to the `@`",
            ));
        }
        if !url.is_ascii() {
            return Err(problem(
                format!("`{}` contains characters outside ASCII", shown(url)),
                "write an international host name in its `xn--` form",
            ));
        }
        let invalid = || problem(format!("`{}` is no https address", shown(url)), example);
        let uri: Uri = url.parse().map_err(|_| invalid())?;
        let scheme = uri.scheme().cloned().ok_or_else(invalid)?;
        let authority = uri.authority().ok_or_else(invalid)?;
        let host = authority.host();
        let given = authority.as_str().get(host.len()..).unwrap_or_default();
        if host.is_empty() {
            return Err(invalid());
        }
        let host = canonical(host);
        let default = match scheme.as_str() {
            "https" => 443,
            "http" => 80,
            _ => return Err(invalid()),
        };
        let port = match given.strip_prefix(':') {
            Some(port) => port.parse().map_err(|_| invalid())?,
            None if given.is_empty() => default,
            None => return Err(invalid()),
        };
        Ok(Self { scheme, host, port })
    }

    /// The default https origin of a host known by name.
    pub(crate) fn https(host: &str) -> Self {
        Self {
            scheme: Scheme::HTTPS,
            host: host.to_owned(),
            port: 443,
        }
    }

    /// The host, in lower case.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }
}

/// `localhost`, 127.0.0.0/8 and ::1, the last in brackets (RFC 8252 section 7.3).
fn is_loopback(host: &str) -> bool {
    host == "localhost" || address(host).is_some_and(|address| address.is_loopback())
}

/// The address that a host is, if it is no name.
fn address(host: &str) -> Option<IpAddr> {
    match host.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']')?.parse().ok().map(IpAddr::V6),
        None => host.parse().ok().map(IpAddr::V4),
    }
}

/// One form for each host: in lower case, and an address as it is written shortest.
fn canonical(host: &str) -> String {
    match address(host) {
        Some(IpAddr::V6(address)) => format!("[{address}]"),
        Some(IpAddr::V4(_)) | None => host.to_ascii_lowercase(),
    }
}

/// As it came, with what nobody would see made visible.
fn shown(url: &str) -> String {
    let mut shown = String::with_capacity(url.len());
    for character in url.chars() {
        match character.is_ascii_graphic() || character == ' ' {
            true => shown.push(character),
            false => shown.extend(character.escape_default()),
        }
    }
    shown
}

fn problem(message: String, hint: &str) -> Problem {
    Problem {
        message,
        hint: Some(hint.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_origins_compare_equal_however_they_are_written() {
        let rows = [
            (
                "https://login.microsoftonline.com",
                "https://LOGIN.microsoftonline.com:443/tenant?x",
            ),
            ("http://127.0.0.1:8400", "http://127.0.0.1:8400/"),
            ("http://localhost", "http://localhost:80"),
            ("http://localhost:9000", "HTTP://LOCALHOST:9000/"),
            ("http://[::1]:8400", "http://[::1]:8400/a"),
            ("http://[::1]:8400", "http://[0:0::1]:8400"),
            ("https://[::ffff:10.0.0.1]", "https://[::FFFF:a00:1]"),
        ];
        for (one, other) in rows {
            assert_eq!(
                Origin::parse_authority(one).unwrap(),
                Origin::parse_authority(other).unwrap(),
                "{one} {other}"
            );
        }
    }

    #[test]
    fn look_alikes_are_other_origins() {
        let permitted = Origin::parse_authority("https://login.microsoftonline.com").unwrap();
        let rows = [
            "https://login.microsoftonline.com.evil.test",
            "https://login.microsoftonline.com.",
            "https://evil.test/login.microsoftonline.com",
            "https://login.microsoftonline.com:8443",
            "https://xlogin.microsoftonline.com",
        ];
        for row in rows {
            assert_ne!(Origin::parse_authority(row).unwrap(), permitted, "{row}");
        }
    }

    #[test]
    fn plain_http_reaches_as_far_as_its_rule() {
        for (row, authority, platform) in [
            ("http://127.0.0.1:41741/msi/token", true, true),
            ("http://localhost:50342/oauth2/token", true, true),
            ("http://[::1]:8081", true, true),
            ("http://169.254.169.254", false, true),
            ("http://169.254.130.2:8081/msi/token", false, true),
            ("https://identity.contoso.com/token", true, true),
            ("http://169.253.1.1", false, false),
            ("http://169.254.169.254.evil.test", false, false),
            ("http://169.254.169.254@evil.test", false, false),
            ("http://10.0.0.4:8081", false, true),
            ("http://172.16.0.4:8081/msi/token", false, true),
            ("http://192.168.1.4", false, true),
            ("http://100.64.0.4", false, true),
            ("http://[fd00::4]:8081", false, true),
            ("http://[2001:db8::1]", false, false),
            ("http://172.32.0.4", false, false),
            ("http://8.8.8.8", false, false),
            ("http://010.0.0.4", false, false),
            ("http://fd00::4", false, false),
            ("http://evil.test", false, false),
            ("http://[fe80::1]", false, false),
            ("file:///etc/shadow", false, false),
        ] {
            assert_eq!(Origin::parse_authority(row).is_ok(), authority, "{row}");
            let permitted = Origin::parse_platform(row).ok();
            assert_eq!(permitted.is_some(), platform, "{row}");
            // What is permitted is recognised when a request goes there.
            if permitted.is_some() {
                assert_eq!(Origin::parse_any(row).ok(), permitted, "{row}");
            }
        }
    }

    #[test]
    fn what_was_permitted_is_recognised_in_a_request() {
        let platform = Origin::parse_platform("http://169.254.169.254/metadata").unwrap();
        assert_eq!(
            Origin::parse_any("http://169.254.169.254").unwrap(),
            platform
        );
        for row in [
            "http://10.0.0.4:9000",
            "https://a.example",
            "http://[::1]:1",
        ] {
            assert!(Origin::parse_any(row).is_ok(), "{row}");
        }
        for row in ["", "ftp://a", "http://", "http://a@b", "http://a:"] {
            assert!(Origin::parse_any(row).is_err(), "{row}");
        }
    }

    #[test]
    fn what_is_unusual_is_refused() {
        let rows = [
            "",
            "login.microsoftonline.com",
            "http://login.microsoftonline.com",
            "http://127.0.0.1.evil.test",
            "http://localhost.evil.test",
            "http://10.0.0.1",
            "https://login.microsoftonline.com@evil.test",
            "https://user:secret@login.microsoftonline.com",
            "https://lögin.microsoftonline.com",
            "https://",
            "https://:443",
            "https://login.microsoftonline.com:",
            "https://login.microsoftonline.com:99999",
            "ftp://login.microsoftonline.com",
            "javascript:alert(1)",
        ];
        for row in rows {
            assert!(Origin::parse_authority(row).is_err(), "{row}");
        }
    }
}
