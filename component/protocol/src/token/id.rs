//! Who signed in, checked as far as a client has to.
//!
//! [OpenID Connect Core section 3.1.3.7](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation). The token comes
//! straight from the token endpoint over TLS, which is why its signature may go unchecked; so it serves to bind the sign-in and to
//! name the account, and no decision about access is taken on it.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::authority::Authority;
use crate::authority::issuer::is_issuer_of;
use crate::refusal::unacceptable::Unacceptable;
use crate::request::client_id::ClientId;
use crate::token::account::AccountId;
use crate::token::jwt::Jwt;
use crate::token::nonce::Nonce;
use crate::token::response::TokenResponse;
use crate::value::guid::is_guid;
use crate::value::printable::printable;
use crate::value::secret::Secret;
use crate::value::time::Timestamp;

/// How far two clocks may differ.
const SKEW: Duration = Duration::from_secs(300);

/// The tenant of personal accounts.
const CONSUMERS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

const LONGEST_NAME: usize = 200;

/// A person, as an id_token describes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdToken {
    /// Their account in the tenant of the token.
    pub account: Option<AccountId>,
    /// What they are called, for display; names change and pass on to others.
    pub username: Option<String>,
    /// The tenant that they signed in to.
    pub tenant_id: Option<String>,
}

/// What an id_token has to agree with.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// Who was asked.
    pub authority: &'a Authority,
    /// Who asked.
    pub client_id: &'a ClientId,
    /// What was sent with the browser; `None` for grants that have no such thing.
    pub nonce: Option<&'a Nonce>,
}

impl IdToken {
    /// Checks the token that came with an answer; a sign-in always asks for one, so it must be there.
    pub fn check_in(
        response: &TokenResponse,
        expected: Expected<'_>,
        now: Timestamp,
    ) -> Result<Self, Unacceptable> {
        let token = response
            .id_token
            .as_ref()
            .ok_or_else(|| Unacceptable::new("the sign-in brought no id_token"))?;
        Self::check(token, expected, now)
    }

    /// Whether the authority would have to be asked who issues for it: the token names somebody else than its own host.
    pub fn is_by_unknown_issuer(response: &TokenResponse, authority: &Authority) -> bool {
        let token = response.id_token.as_ref();
        let jwt = token.map(|token| Jwt::decode_unverified(token.expose()));
        authority.has_unknown_issuer()
            && matches!(jwt, Some(Ok(Jwt::Signed(jwt))) if !has_issuer(&jwt.claims.members, authority))
    }

    /// Checks a token that came from the token endpoint just now. Its signature is not checked.
    pub fn check(
        token: &Secret,
        expected: Expected<'_>,
        now: Timestamp,
    ) -> Result<Self, Unacceptable> {
        let Ok(Jwt::Signed(jwt)) = Jwt::decode_unverified(token.expose()) else {
            return Err(Unacceptable::new("the id_token is not a signed JWT"));
        };
        let claims = &jwt.claims.members;
        let checks = [
            (
                "algorithm is one that anybody can forge",
                is_signed_with_a_key(&jwt.header.members),
            ),
            (
                "`iss` is not the authority",
                has_issuer(claims, expected.authority),
            ),
            (
                "`tid` is not the tenant that was asked",
                has_tenant(claims, expected.authority),
            ),
            (
                "`aud` is not this application",
                has_audience(claims, expected.client_id),
            ),
            (
                "`nonce` is not the one that was sent",
                has_nonce(claims, expected.nonce),
            ),
            (
                "time is over, or it has none",
                jwt.expires_at()
                    .is_some_and(|end| end.saturating_add(SKEW) > now),
            ),
            (
                "time has not come",
                [jwt.not_before(), jwt.issued_at()]
                    .into_iter()
                    .flatten()
                    .all(|start| start <= now.saturating_add(SKEW)),
            ),
        ];
        if let Some((what, _)) = checks.iter().find(|(_, holds)| !holds) {
            let error = Unacceptable::new(format!("the id_token was refused: its {what}"));
            return Err(if what.starts_with("time") {
                error.with_hint("check this computer's clock")
            } else {
                error
            });
        }
        Ok(Self {
            account: AccountId::from_claims(claims),
            username: ["preferred_username", "upn", "email", "name"]
                .iter()
                .find_map(|name| Some(printable(text(claims, name)?, LONGEST_NAME)))
                .filter(|name| !name.is_empty()),
            tenant_id: text(claims, "tid").map(str::to_owned),
        })
    }
}

/// Whose account it is, as far as the token says; not verified.
pub fn account_id(token: &Secret) -> Option<AccountId> {
    let Ok(Jwt::Signed(jwt)) = Jwt::decode_unverified(token.expose()) else {
        return None;
    };
    AccountId::from_claims(&jwt.claims.members)
}

/// The names that whoever signed in has signed in by, or could have: the tenant gives each to one account at a time.
pub fn user_names(token: &Secret) -> Vec<String> {
    texts(token, &USER_NAMES)
}

/// What whoever signed in is called, for showing; nothing if the token names nobody.
pub fn account_name(token: &Secret) -> Option<String> {
    let name = texts(token, &NAMES).into_iter().next()?;
    Some(printable(&name, LONGEST_NAME))
}

/// The name of whoever signed in, if it is not the one that was hinted at. A token that names nobody is no other's.
pub fn other_account(token: &Secret, login_hint: &str) -> Option<String> {
    let meant = at_home(login_hint);
    let is_meant = |name: &String| at_home(name) == meant;
    match texts(token, &NAMES).iter().any(is_meant) {
        true => None,
        false => account_name(token),
    }
}

/// Whether the hint is the whole name of an account, and not only a help for the sign-in page.
pub fn is_account_name(login_hint: &str) -> bool {
    login_hint.contains('@')
}

/// Claims with names of the account itself.
const USER_NAMES: [&str; 3] = ["preferred_username", "upn", "unique_name"];

/// Claims with whatever a sign-in page understands, the addresses of mail included.
///
/// [Optional claims](https://learn.microsoft.com/entra/identity-platform/optional-claims-reference); `emails` is Azure AD B2C's.
const NAMES: [&str; 8] = [
    "preferred_username",
    "upn",
    "unique_name",
    "email",
    "emails",
    "verified_primary_email",
    "verified_secondary_email",
    "login_hint",
];

fn texts(token: &Secret, claims: &[&str]) -> Vec<String> {
    let Ok(Jwt::Signed(jwt)) = Jwt::decode_unverified(token.expose()) else {
        return Vec::new();
    };
    let values = claims
        .iter()
        .filter_map(|name| jwt.claims.members.get(*name));
    values
        .flat_map(|value| match value {
            Value::Array(values) => values.as_slice(),
            value => std::slice::from_ref(value),
        })
        .filter_map(|value| value.as_str().map(str::to_owned))
        .filter(|text| !text.is_empty())
        .collect()
}

/// The name in small letters, and a guest's as it is at home: `bob_fabrikam.com#EXT#@contoso.onmicrosoft.com` is the tenant's
/// own name for `bob@fabrikam.com`.
///
/// [Guest users](https://learn.microsoft.com/entra/external-id/user-properties)
fn at_home(name: &str) -> String {
    let name = name.trim().to_lowercase();
    match name.split_once("#ext#@") {
        Some((guest, _)) => match guest.rsplit_once('_') {
            Some((user, domain)) => format!("{user}@{domain}"),
            None => name,
        },
        None => name,
    }
}

fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name)?.as_str()
}

/// `none` is no signature, and a shared secret is one that we could have made ourselves.
fn is_signed_with_a_key(header: &Map<String, Value>) -> bool {
    text(header, "alg").is_some_and(|algorithm| {
        [
            "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
            "EdDSA",
        ]
        .contains(&algorithm)
    })
}

fn has_issuer(claims: &Map<String, Value>, authority: &Authority) -> bool {
    text(claims, "iss").is_some_and(|issuer| is_issuer_of(issuer, authority, text(claims, "tid")))
}

fn has_tenant(claims: &Map<String, Value>, authority: &Authority) -> bool {
    let is_entra = authority.cloud().is_some() || authority.is_external_id();
    let Some(tenant_id) = text(claims, "tid") else {
        // Other servers have no tenants.
        return !is_entra && !claims.contains_key("tid");
    };
    let asked = authority.tenant();
    is_guid(tenant_id)
        && (!is_guid(asked) || asked.eq_ignore_ascii_case(tenant_id))
        && (!asked.eq_ignore_ascii_case("consumers") || !is_entra || tenant_id == CONSUMERS)
        && (!asked.eq_ignore_ascii_case("organizations") || tenant_id != CONSUMERS)
}

fn has_audience(claims: &Map<String, Value>, client_id: &ClientId) -> bool {
    let is_own = |value: &Value| {
        let audience = value.as_str();
        audience.is_some_and(|audience| audience.eq_ignore_ascii_case(client_id.as_str()))
    };
    match claims.get("aud") {
        Some(Value::Array(audiences)) if audiences.len() > 1 => {
            audiences.iter().any(is_own) && claims.get("azp").is_some_and(is_own)
        }
        Some(Value::Array(audiences)) => audiences.iter().any(is_own),
        Some(audience) => is_own(audience),
        None => false,
    }
}

fn has_nonce(claims: &Map<String, Value>, nonce: Option<&Nonce>) -> bool {
    nonce.is_none_or(|nonce| text(claims, "nonce").is_some_and(|text| nonce.matches(text)))
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::json;

    use super::*;
    use crate::authority::discovery::MetadataRequest;
    use crate::value::correlation_id::CorrelationId;

    const TENANT: &str = "11111111-2222-3333-4444-555555555555";
    const CLIENT: &str = "99999999-8888-7777-6666-555555555555";
    const OTHER: &str = "22222222-2222-3333-4444-555555555555";
    const GLOBAL: &str = "https://login.microsoftonline.com";
    const NOW: u64 = 1_700_000_000;

    #[test]
    fn whoever_has_one_of_the_names_is_who_was_meant() {
        let token = |claims: Value| signed("RS256", &claims);
        let alice = json!({"preferred_username": "alice@contoso.com", "email": "a@contoso.com"});
        let rows = [
            (token(alice.clone()), "alice@contoso.com", None),
            (token(alice.clone()), "Alice@CONTOSO.com", None),
            (token(alice.clone()), "a@contoso.com", None),
            (token(alice), "bob@contoso.com", Some("alice@contoso.com")),
            (
                token(json!({"upn": "carol\u{1b}[2J"})),
                "bob",
                Some("carol"),
            ),
            (
                token(json!({"preferred_username": "alice@fabrikam.com"})),
                "alice_fabrikam.com#EXT#@contoso.onmicrosoft.com",
                None,
            ),
            (
                token(json!({"upn": "a_b_fabrikam.com#EXT#@contoso.onmicrosoft.com"})),
                "a_b@fabrikam.com",
                None,
            ),
            (
                token(
                    json!({"preferred_username": "al@contoso.com", "verified_secondary_email": ["alice@contoso.com"]}),
                ),
                "alice@contoso.com",
                None,
            ),
            (token(json!({"name": "Alice"})), "bob@contoso.com", None),
            (Secret::new("opaque"), "bob@contoso.com", None),
        ];
        for (token, hint, expected) in rows {
            assert_eq!(other_account(&token, hint).as_deref(), expected, "{hint}");
        }
    }

    fn nonce() -> Nonce {
        Nonce::from_random(&[7; 32])
    }

    fn claims() -> Value {
        json!({
            "iss": format!("{GLOBAL}/{TENANT}/v2.0"), "tid": TENANT, "aud": CLIENT, "oid": "o", "sub": "s",
            "nonce": nonce().expose(), "exp": NOW + 3600, "iat": NOW, "nbf": NOW,
            "preferred_username": "alice@contoso.com\u{1b}[2J",
        })
    }

    fn signed(algorithm: &str, claims: &Value) -> Secret {
        let header = URL_SAFE_NO_PAD.encode(json!({"alg": algorithm, "kid": "k"}).to_string());
        let claims = URL_SAFE_NO_PAD.encode(claims.to_string());
        Secret::new(format!("{header}.{claims}.c2ln"))
    }

    fn check(instance: &str, tenant: &str, token: &Secret) -> Result<IdToken, Unacceptable> {
        check_by(&Authority::parse(instance, tenant).unwrap(), token)
    }

    fn check_by(authority: &Authority, token: &Secret) -> Result<IdToken, Unacceptable> {
        let expected = Expected {
            authority,
            client_id: &ClientId::parse(CLIENT).unwrap(),
            nonce: Some(&nonce()),
        };
        IdToken::check(token, expected, Timestamp::from_unix_seconds(NOW))
    }

    #[test]
    fn a_good_token_names_the_account() {
        let token = check(GLOBAL, TENANT, &signed("RS256", &claims())).unwrap();
        assert_eq!(token.account.unwrap().as_str(), format!("o.{TENANT}"));
        assert_eq!(token.username.as_deref(), Some("alice@contoso.com"));
        assert_eq!(token.tenant_id.as_deref(), Some(TENANT));
    }

    /// M20 to M23, one claim at a time.
    #[test]
    fn a_claim_that_does_not_agree_is_a_refusal() {
        let other_issuer = format!("{GLOBAL}/{OTHER}/v2.0");
        let rows = [
            ("other tenant's issuer", "iss", json!(other_issuer), "`iss`"),
            (
                "issuer of version 1",
                "iss",
                json!(format!("https://sts.windows.net/{TENANT}/")),
                "`iss`",
            ),
            (
                "other cloud",
                "iss",
                json!(format!("https://login.microsoftonline.us/{TENANT}/v2.0")),
                "`iss`",
            ),
            (
                "look-alike",
                "iss",
                json!(format!("{GLOBAL}.evil.test/{TENANT}/v2.0")),
                "`iss`",
            ),
            (
                "slash more",
                "iss",
                json!(format!("{GLOBAL}/{TENANT}/v2.0/")),
                "`iss`",
            ),
            ("no issuer", "iss", Value::Null, "`iss`"),
            ("no tenant", "tid", Value::Null, "`tid`"),
            ("other application", "aud", json!(OTHER), "`aud`"),
            ("part of our id", "aud", json!("99999999"), "`aud`"),
            ("no audience", "aud", Value::Null, "`aud`"),
            ("two audiences", "aud", json!([CLIENT, OTHER]), "`aud`"),
            ("other nonce", "nonce", json!("x"), "`nonce`"),
            (
                "nonce in other case",
                "nonce",
                json!(nonce().expose().to_lowercase()),
                "`nonce`",
            ),
            ("no nonce", "nonce", Value::Null, "`nonce`"),
            ("nonce is no text", "nonce", json!(1), "`nonce`"),
            ("expired", "exp", json!(NOW - 300), "time is over"),
            ("no end", "exp", Value::Null, "time is over"),
            ("from the future", "iat", json!(NOW + 301), "not come"),
            ("not valid yet", "nbf", json!(NOW + 301), "not come"),
        ];
        for (name, claim, value, expected) in rows {
            let mut claims = claims();
            claims[claim] = value;
            let error = check(GLOBAL, TENANT, &signed("RS256", &claims)).expect_err(name);
            assert!(error.message().contains(expected), "{name}: {error}");
            assert!(!error.message().contains("evil"), "{name}: {error}");
        }
        for (claim, value) in [
            ("exp", json!(NOW - 299)),
            ("iat", json!(NOW + 300)),
            ("nbf", Value::Null),
            ("aud", json!([CLIENT])),
        ] {
            let mut claims = claims();
            claims[claim] = value;
            assert!(
                check(GLOBAL, TENANT, &signed("RS256", &claims)).is_ok(),
                "{claim}"
            );
        }
        let mut several = claims();
        several["aud"] = json!([OTHER, CLIENT]);
        several["azp"] = json!(CLIENT);
        assert!(check(GLOBAL, TENANT, &signed("RS256", &several)).is_ok());
    }

    #[test]
    fn a_token_that_anybody_could_make_is_refused() {
        for algorithm in ["none", "None", "HS256", "", "RS1"] {
            let error = check(GLOBAL, TENANT, &signed(algorithm, &claims())).expect_err(algorithm);
            assert!(error.message().contains("forge"), "{algorithm}");
        }
        for token in ["", "a.b.c", "opaque", "eyJhbGciOiJSUzI1NiJ9.e30"] {
            assert!(
                check(GLOBAL, TENANT, &Secret::new(token)).is_err(),
                "{token}"
            );
        }
    }

    #[test]
    fn the_tenant_is_the_one_that_was_asked() {
        let of = |tenant: &str| {
            let mut claims = claims();
            claims["tid"] = json!(tenant);
            claims["iss"] = json!(format!("{GLOBAL}/{tenant}/v2.0"));
            signed("RS256", &claims)
        };
        let rows = [
            (TENANT, TENANT, true),
            (TENANT, OTHER, false),
            ("contoso.com", OTHER, true),
            ("common", OTHER, true),
            ("common", CONSUMERS, true),
            ("organizations", OTHER, true),
            ("organizations", CONSUMERS, false),
            ("consumers", CONSUMERS, true),
            ("consumers", OTHER, false),
            ("common", "contoso.com", false),
        ];
        for (asked, tenant, expected) in rows {
            assert_eq!(
                check(GLOBAL, asked, &of(tenant)).is_ok(),
                expected,
                "{asked} {tenant}"
            );
        }
    }

    #[test]
    fn each_kind_of_authority_has_its_issuer() {
        let external = "https://contoso.ciamlogin.com";
        let rows = [
            (
                "alias of the cloud",
                "https://login.windows.net",
                format!("{GLOBAL}/{TENANT}/v2.0"),
                true,
            ),
            (
                "External ID",
                external,
                format!("https://{TENANT}.ciamlogin.com/{TENANT}/v2.0"),
                true,
            ),
            (
                "External ID, by name",
                external,
                format!("{external}/{TENANT}/v2.0"),
                false,
            ),
            (
                "External ID, other tenant",
                external,
                format!("https://{OTHER}.ciamlogin.com/{OTHER}/v2.0"),
                false,
            ),
            (
                "emulator",
                "http://127.0.0.1:8400",
                format!("http://127.0.0.1:8400/{TENANT}/v2.0"),
                true,
            ),
            (
                "other port",
                "http://127.0.0.1:8400",
                format!("http://127.0.0.1:8401/{TENANT}/v2.0"),
                false,
            ),
            (
                "Microsoft for another",
                "http://127.0.0.1:8400",
                format!("{GLOBAL}/{TENANT}/v2.0"),
                false,
            ),
        ];
        for (name, instance, issuer, expected) in rows {
            let mut claims = claims();
            claims["iss"] = json!(issuer);
            let token = signed("RS256", &claims);
            assert_eq!(check(instance, TENANT, &token).is_ok(), expected, "{name}");
        }
    }

    #[test]
    fn metadata_fixes_the_issuer_to_the_letter() {
        let authority = Authority::parse("https://idp.test", "t").unwrap();
        let metadata = json!({
            "issuer": "https://idp.test/op",
            "authorization_endpoint": "https://idp.test/auth",
            "token_endpoint": "https://idp.test/token",
        });
        let response = http::Response::new(metadata.to_string().into_bytes());
        let now = Timestamp::from_unix_seconds(NOW);
        let metadata = MetadataRequest::new(&authority, CorrelationId::from_random([0; 16]))
            .read(&response, now)
            .unwrap();
        let authority = authority.with_metadata(metadata);
        for (issuer, expected) in [
            ("https://idp.test/op", true),
            ("https://idp.test/op/", false),
            ("https://idp.test", false),
        ] {
            let mut claims = claims();
            claims["iss"] = json!(issuer);
            claims.as_object_mut().unwrap().remove("tid");
            let token = check_by(&authority, &signed("RS256", &claims));
            assert_eq!(token.is_ok(), expected, "{issuer}");
            if let Ok(token) = token {
                assert_eq!(token.account.unwrap().as_str(), "s.https://idp.test/op");
            }
        }
    }
}
