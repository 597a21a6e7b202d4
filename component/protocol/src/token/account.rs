//! Who signed in, as a name that never passes to somebody else.
//!
//! [ID token claims](https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference): an object in a tenant, or a subject
//! of an issuer; never a mail address or user name, which are given to others in time. It finds a token in the cache and proves
//! nothing.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::value::json;

/// Two GUIDs are 73 characters; other issuers have longer subjects.
const LONGEST: usize = 512;

/// The home account id: `{object}.{tenant}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountId(String);

impl AccountId {
    /// Reads `client_info`, which Entra sends beside the token when it is asked to. `None` if there is nothing usable in it.
    pub(crate) fn from_client_info(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()?;
        let members = json::object(&bytes).ok()?;
        Self::from_pair(&members, "uid", "utid")
    }

    /// The account that an id_token's claims name, where there is no `client_info`. A guest has another one in each tenant.
    pub(crate) fn from_claims(claims: &Map<String, Value>) -> Option<Self> {
        Self::from_pair(claims, "oid", "tid").or_else(|| Self::from_pair(claims, "sub", "iss"))
    }

    /// Reads what [`Self::as_str`] gave.
    pub fn from_text(text: &str) -> Option<Self> {
        let is_id =
            (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        is_id.then(|| Self(text.to_owned()))
    }

    fn from_pair(members: &Map<String, Value>, first: &str, second: &str) -> Option<Self> {
        let part = |name: &str| {
            members
                .get(name)?
                .as_str()
                .filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()))
        };
        Self::from_text(&format!("{}.{}", part(first)?, part(second)?))
    }

    /// The id, for [`crate::token::cache::Subject::User`].
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn client_info_names_the_home_account() {
        let encoded = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let long = "u".repeat(600);
        let rows = [
            (
                "recorded",
                encoded(r#"{"uid":"u","utid":"t"}"#),
                Some("u.t"),
            ),
            (
                "padded",
                encoded(r#"{"uid":"u","utid":"t"}"#) + "==",
                Some("u.t"),
            ),
            (
                "more members",
                encoded(r#"{"uid":"u","utid":"t","x":1}"#),
                Some("u.t"),
            ),
            ("half", encoded(r#"{"uid":"u"}"#), None),
            ("empty", encoded(r#"{"uid":"","utid":"t"}"#), None),
            ("number", encoded(r#"{"uid":1,"utid":"t"}"#), None),
            (
                "control character",
                encoded("{\"uid\":\"a\\u001b\",\"utid\":\"t\"}"),
                None,
            ),
            (
                "twice",
                encoded(r#"{"uid":"u","uid":"v","utid":"t"}"#),
                None,
            ),
            (
                "long",
                encoded(&format!(r#"{{"uid":"{long}","utid":"t"}}"#)),
                None,
            ),
            ("no JSON", encoded("x"), None),
            ("no base64url", "*".to_owned(), None),
            ("nothing", String::new(), None),
        ];
        for (name, text, expected) in rows {
            let account = AccountId::from_client_info(&text);
            assert_eq!(account.as_ref().map(AccountId::as_str), expected, "{name}");
        }
    }

    /// M25: a user name that passes to somebody else does not bring the old tokens with it.
    #[test]
    fn an_account_is_an_object_and_never_a_name() {
        let claims = |value: Value| AccountId::from_claims(value.as_object().unwrap());
        let rows = [
            (
                json!({"oid": "o", "tid": "t", "sub": "s", "iss": "i"}),
                Some("o.t"),
            ),
            (
                json!({"sub": "s", "iss": "https://idp.test"}),
                Some("s.https://idp.test"),
            ),
            (
                json!({"preferred_username": "alice@contoso.com", "email": "a@b.c", "tid": "t"}),
                None,
            ),
        ];
        for (value, expected) in rows {
            assert_eq!(claims(value).as_ref().map(AccountId::as_str), expected);
        }
    }
}
