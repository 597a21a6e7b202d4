//! A request to the platform that the program runs on, such as a build system or a virtual machine.
//!
//! Such requests carry a bearer or a header of the platform's, and no number of Entra's.

use std::net::IpAddr;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH};
use http::{HeaderName, HeaderValue, Method, Request};
use url::{Host, Url};
use zeroize::Zeroizing;

use crate::exchange::form;
use crate::value::impossible::Impossible;
use crate::value::printable::quoted;
use crate::value::secret::Secret;

/// Longer ones than any platform gives.
const LONGEST_URL: usize = 4096;

/// How far a secret may go in clear.
#[derive(Clone, Copy)]
pub(crate) enum Reach {
    /// No further than this machine.
    Machine,
    /// As far as the addresses at which Azure's platforms have their endpoints.
    Platform,
}

/// Whether an address belongs to this machine or to the network of the platform that it runs on, so that plain http to it does
/// not leave the platform: loopback, link-local ([RFC 3927](https://www.rfc-editor.org/rfc/rfc3927)), private
/// ([RFC 1918](https://www.rfc-editor.org/rfc/rfc1918)), shared ([RFC 6598](https://www.rfc-editor.org/rfc/rfc6598)), unique
/// local ([RFC 4193](https://www.rfc-editor.org/rfc/rfc4193)). Custom containers of App Service and pods have theirs there.
pub fn is_on_platform(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [first, second, ..] = address.octets();
            let is_shared = first == 100 && second & 0b1100_0000 == 64;
            address.is_loopback() || address.is_link_local() || address.is_private() || is_shared
        }
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local(),
    }
}

/// The URL that the platform gave, if a secret can be sent there: by https, or by plain http within reach.
pub(crate) fn endpoint(what: &str, text: &str, reach: Reach) -> Result<Url, Impossible> {
    let invalid = |why: &str| Impossible::new(format!("{what} {} {why}", quoted(text)));
    let is_clean = text.len() <= LONGEST_URL
        && text.bytes().all(|byte| byte.is_ascii_graphic())
        && !text.contains(['\\', '@', '#']);
    let url = Url::parse(text).ok().filter(|_| is_clean);
    let url = url.ok_or_else(|| invalid("is not a URL"))?;
    let is_near = match url.host() {
        Some(Host::Domain(domain)) => domain == "localhost",
        Some(Host::Ipv4(address)) => is_near(address.into(), reach),
        Some(Host::Ipv6(address)) => is_near(address.into(), reach),
        None => false,
    };
    match url.scheme() {
        "https" if url.has_host() => Ok(url),
        "http" if is_near => Ok(url),
        _ => Err(invalid("would be reached without encryption")),
    }
}

fn is_near(address: IpAddr, reach: Reach) -> bool {
    match reach {
        Reach::Machine => address.is_loopback(),
        Reach::Platform => is_on_platform(address),
    }
}

pub(crate) fn get(
    url: &Url,
    headers: &[(HeaderName, &Secret)],
) -> Result<Request<Zeroizing<Vec<u8>>>, Impossible> {
    let mut request = Request::new(Zeroizing::default());
    *request.uri_mut() = form::to_uri(url)?;
    request
        .headers_mut()
        .insert(ACCEPT, HeaderValue::from_static("application/json"));
    for (name, value) in headers {
        let mut value = HeaderValue::try_from(value.expose()).map_err(|_| {
            Impossible::new(format!(
                "the platform's `{name}` has characters that headers cannot have"
            ))
        })?;
        value.set_sensitive(true);
        request.headers_mut().insert(name, value);
    }
    Ok(request)
}

/// The same with an empty body.
pub(crate) fn post(
    url: &Url,
    headers: &[(HeaderName, &Secret)],
) -> Result<Request<Zeroizing<Vec<u8>>>, Impossible> {
    let mut request = get(url, headers)?;
    *request.method_mut() = Method::POST;
    request
        .headers_mut()
        .insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    Ok(request)
}

/// The header for a bearer token.
pub(crate) fn bearer(token: &Secret) -> Result<(HeaderName, Secret), Impossible> {
    let text = token.expose().trim();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Impossible::new(
            "the build system's token is empty or has characters that tokens cannot have",
        ));
    }
    Ok((AUTHORIZATION, Secret::new(format!("Bearer {text}"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: HeaderName = HeaderName::from_static("secret");

    #[test]
    fn a_secret_goes_nowhere_in_clear() {
        let rows = [
            (
                "https://pipelines.actions.example/token?api-version=2.0",
                true,
                true,
            ),
            ("http://localhost:50342/oauth2/token", true, true),
            ("http://127.0.0.1:41741/msi/token", true, true),
            ("http://[::1]:8081", true, true),
            ("http://169.254.169.254/metadata", false, true),
            ("http://10.0.0.4:8081", false, true),
            ("http://172.16.0.4:8081/msi/token", false, true),
            ("http://192.168.0.4:8081", false, true),
            ("http://100.64.0.4:8081", false, true),
            ("http://[fd00::4]:8081", false, true),
            ("http://[::ffff:10.0.0.4]:8081", false, true),
            ("http://172.32.0.4", false, false),
            ("http://100.128.0.4", false, false),
            ("http://100.63.0.4", false, false),
            ("http://192.169.0.4", false, false),
            ("http://0.0.0.0:8081", false, false),
            ("http://[2001:db8::4]:8081", false, false),
            ("http://[::ffff:8.8.8.8]:8081", false, false),
            ("http://010.0.0.4:8081", false, false),
            ("http://10.0.0.4.evil.test", false, false),
            ("http://identity", false, false),
            ("http://evil.test", false, false),
            ("http://localhost.evil.test", false, false),
            ("http://169.254.169.254.evil.test", false, false),
            ("http://169.254.169.254@evil.test", false, false),
            ("http://8.8.8.8", false, false),
            ("https://a@evil.test", false, false),
            ("https://evil.test\\@x", false, false),
            ("https://a/#b", false, false),
            ("file:///etc/passwd", false, false),
            ("gopher://localhost", false, false),
            ("https://a\r\nb", false, false),
            ("", false, false),
        ];
        for (text, machine, platform) in rows {
            let is_taken = |reach| endpoint("endpoint", text, reach).is_ok();
            assert_eq!(is_taken(Reach::Machine), machine, "{text}");
            assert_eq!(is_taken(Reach::Platform), platform, "{text}");
        }
    }

    #[test]
    fn a_header_cannot_be_broken_out_of() {
        let url = Url::parse("http://localhost").unwrap();
        for value in ["a\r\nx: y", "a\0", "a\n"] {
            assert!(
                get(&url, &[(SECRET, &Secret::new(value))]).is_err(),
                "{value:?}"
            );
        }
        for token in ["", " ", "a b", "a\r\nb", "é"] {
            assert!(bearer(&Secret::new(token)).is_err(), "{token:?}");
        }
        let request = get(&url, &[(SECRET, &Secret::new("S3cr3t"))]).unwrap();
        assert!(!format!("{request:?}").contains("S3cr3t"));
    }
}
