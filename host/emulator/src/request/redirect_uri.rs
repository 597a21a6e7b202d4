//! Where a sign-in's answer goes, and whether it may.
//!
//! <https://learn.microsoft.com/entra/identity-platform/reply-url>

use http::Uri;

use crate::refusal::Refusal;
use crate::tenant::registration::{Client, Platform, RedirectUri};

/// Finds the registration that a request's `redirect_uri` fits. A client with one address need not
/// send it.
pub(crate) fn registered(
    client: &Client,
    sent: Option<&str>,
) -> Result<(String, Platform), Refusal> {
    let found = match (sent, client.redirect_uris.as_slice()) {
        (_, []) => return Err(page(500_113, "The application has no reply address.")),
        (None, [only]) => return Ok((only.uri.clone(), only.platform)),
        (None, _) => return Err(page(900_971, "The request names no reply address.")),
        (Some(sent), all) => all.iter().find(|known| fits(known, sent)),
    };
    match (found, sent) {
        (Some(known), Some(sent)) => Ok((sent.to_owned(), known.platform)),
        _ => {
            let text = format!(
                "The redirect URI '{}' is not registered for the application '{}'.",
                sent.unwrap_or_default(),
                client.id
            );
            Err(page(50011, text))
        }
    }
}

/// The scheme and host to which a page must be allowed to send a form. A policy cannot name an IPv6
/// host, nor a scheme of an application's own other than by itself.
pub(crate) fn form_target(address: &str) -> String {
    let uri: Option<Uri> = address.parse().ok();
    let scheme = uri.as_ref().and_then(Uri::scheme_str);
    let authority = uri.as_ref().and_then(Uri::authority);
    match (scheme, authority) {
        (Some(scheme @ ("http" | "https")), Some(authority))
            if !authority.as_str().contains('[') =>
        {
            format!("{scheme}://{authority}")
        }
        (Some(scheme), _) => format!("{scheme}:"),
        _ => String::new(),
    }
}

/// Whether an address is a registered one: character by character, except that a loopback address
/// has any port (RFC 8252 section 7.3), and that an empty path is `/`.
fn fits(known: &RedirectUri, sent: &str) -> bool {
    if known.uri == sent {
        return true;
    }
    match (loopback_parts(&known.uri), loopback_parts(sent)) {
        (Some(known), Some(sent)) => known == sent,
        _ => false,
    }
}

/// Host and everything after the port, of an http address on loopback.
fn loopback_parts(address: &str) -> Option<(&str, &str)> {
    let rest = address.strip_prefix("http://")?;
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (host, port) = authority.split_once(':').unwrap_or((authority, ""));
    let is_loopback = matches!(host, "localhost" | "127.0.0.1");
    let is_port = port.bytes().all(|byte| byte.is_ascii_digit());
    (is_loopback && is_port).then_some((host, if path.is_empty() { "/" } else { path }))
}

/// Entra ID shows these to the person and sends the browser nowhere.
fn page(code: u32, text: impl Into<String>) -> Refusal {
    Refusal::new("invalid_request", code, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_of_loopback_is_ignored_and_nothing_else() {
        let known = |uri: &str| RedirectUri {
            platform: Platform::PublicClient,
            uri: uri.to_owned(),
        };
        for (registered, sent, expected) in [
            ("http://localhost", "http://localhost:53111", true),
            ("http://localhost", "http://localhost:53111/", true),
            ("http://localhost", "http://localhost", true),
            ("http://localhost", "http://localhost:53111/callback", false),
            ("http://localhost", "http://127.0.0.1:53111", false),
            ("http://localhost", "http://localhost:53111?x", false),
            ("http://localhost", "http://localhost:x@example.com", false),
            ("http://localhost", "https://localhost:53111", false),
            (
                "http://localhost/Callback",
                "http://localhost:1/Callback",
                true,
            ),
            (
                "http://localhost/Callback",
                "http://localhost:1/callback",
                false,
            ),
            ("http://127.0.0.1/x", "http://127.0.0.1:9/x", true),
            ("https://app.example/x", "https://app.example/x", true),
            ("https://app.example/x", "https://app.example:444/x", false),
            ("https://app.example/x", "https://app.example/x/", false),
        ] {
            assert_eq!(
                fits(&known(registered), sent),
                expected,
                "{registered} {sent}"
            );
        }
    }

    #[test]
    fn a_policy_names_the_targets_origin() {
        for (address, target) in [
            ("http://localhost:1/x?y", "http://localhost:1"),
            ("https://app.example", "https://app.example"),
            ("http://[::1]:1/", "http:"),
            ("msal1://auth", "msal1:"),
        ] {
            assert_eq!(form_target(address), target);
        }
    }
}
