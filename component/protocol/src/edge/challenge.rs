//! What a server behind wants of the next token: a
//! [claims challenge](https://learn.microsoft.com/entra/identity-platform/claims-challenge), such as after a password was changed.

use url::Url;

use crate::authority::Authority;
use crate::edge::configuration::Configuration;
use crate::edge::configuration::identity::{Attach, Identity};
use crate::request::challenge::{Demanded, demanded};

/// The claims that the next token has to answer, as JSON, if a token of this kind can.
pub fn claims(
    configuration: &Configuration,
    attach: &Attach,
    status: u16,
    headers: &[(String, Vec<u8>)],
) -> Option<String> {
    let Identity::Client { authority, .. } = configuration.identities.get(&attach.identity)? else {
        return None;
    };
    let Demanded {
        claims,
        authorization_uri,
    } = of(status, headers)?;
    // One that names another authority is not about the token that was sent.
    let is_ours = authorization_uri.is_none_or(|uri| is_same(&uri, authority));
    is_ours.then(|| claims.as_str().to_owned())
}

fn of(status: u16, headers: &[(String, Vec<u8>)]) -> Option<Demanded> {
    let is_challenge = |name: &str| name.eq_ignore_ascii_case("www-authenticate");
    let mut challenges = headers.iter().filter(|(name, _)| is_challenge(name));
    match status {
        401 => challenges.find_map(|(_, value)| demanded(std::str::from_utf8(value).ok()?)),
        _ => None,
    }
}

/// Whether both are of one cloud, which has several names, or of one host.
fn is_same(one: &str, other: &str) -> bool {
    let origin = |text: &str| {
        let origin = Url::parse(text).ok()?.origin().ascii_serialization();
        Some(Authority::parse(&origin, "common").ok()?.canonical_origin())
    };
    origin(one).is_some_and(|one| origin(other) == Some(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `{"access_token":{"nbf":{"value":"1"}}}`.
    const CLAIMS: &str = "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7InZhbHVlIjoiMSJ9fX0=";

    #[test]
    fn only_a_challenge_for_missing_claims_is_answered() {
        let whole =
            format!("Bearer realm=\"\", error=\"insufficient_claims\", claims=\"{CLAIMS}\"");
        for (status, name, value, expected) in [
            (401, "www-authenticate", whole.clone(), true),
            (
                401,
                "WWW-Authenticate",
                format!("Basic realm=\"x\", {whole}"),
                true,
            ),
            (403, "www-authenticate", whole.clone(), false),
            (200, "www-authenticate", whole.clone(), false),
            (401, "x-authenticate", whole.clone(), false),
            (
                401,
                "www-authenticate",
                whole.replace("insufficient_claims", "invalid_token"),
                false,
            ),
            (
                401,
                "www-authenticate",
                whole.replace("Bearer", "PoP"),
                false,
            ),
            (
                401,
                "www-authenticate",
                whole.replace("claims=", "other="),
                false,
            ),
            (
                401,
                "www-authenticate",
                whole.replace(CLAIMS, "bm90IGpzb24="),
                false,
            ),
            (401, "www-authenticate", whole.replace(CLAIMS, "!"), false),
            (401, "www-authenticate", "x".repeat(100_000), false),
        ] {
            let found = of(status, &[(name.to_owned(), value.clone().into_bytes())]);
            let claims = found.map(|found| found.claims.as_str().to_owned());
            let expected = expected.then(|| r#"{"access_token":{"nbf":{"value":"1"}}}"#.to_owned());
            assert_eq!(claims, expected, "{status} {name} {value}");
        }
    }

    #[test]
    fn a_challenge_names_our_cloud_or_none() {
        let global = "https://login.microsoftonline.com";
        for (uri, authority, expected) in [
            (
                "https://login.microsoftonline.com/common/oauth2/authorize",
                global,
                true,
            ),
            ("https://login.windows.net/contoso", global, true),
            (
                "https://login.microsoftonline.us/common/oauth2/authorize",
                global,
                false,
            ),
            (
                "https://login.evil.example/common/oauth2/authorize",
                global,
                false,
            ),
            (
                "https://login.microsoftonline.com.evil.example/",
                global,
                false,
            ),
            ("nonsense", global, false),
            (
                "http://127.0.0.1:8400/common/oauth2/authorize",
                "http://127.0.0.1:8400",
                true,
            ),
            (
                "http://127.0.0.1:8401/common/oauth2/authorize",
                "http://127.0.0.1:8400",
                false,
            ),
        ] {
            assert_eq!(is_same(uri, authority), expected, "{uri} {authority}");
        }
    }
}
