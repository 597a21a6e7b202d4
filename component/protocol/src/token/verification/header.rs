//! The header of a token: which key, and nothing that the token could choose for itself.
//!
//! [RFC 7515 section 4.1](https://www.rfc-editor.org/rfc/rfc7515#section-4.1), [RFC 8725 section 3](https://www.rfc-editor.org/rfc/rfc8725#section-3).
//! Keys and addresses of keys in it (`jwk`, `jku`, `x5c`, `x5u`) are not looked at.

use serde_json::{Map, Value};

use crate::token::verification::rejection::{Rejection, Rule};
use crate::value::printable::quoted;

/// The one algorithm that Entra signs with; what the header says can only agree with it.
const ALGORITHM: &str = "RS256";

/// Entra's are 27 characters; thumbprints of any kind fit.
const LONGEST_KEY_ID: usize = 128;

/// The `kid`, if everything else in the header is as Entra writes it.
pub(super) fn key_id(header: &Map<String, Value>) -> Result<String, Rejection> {
    match header.get("alg").and_then(Value::as_str) {
        Some(ALGORITHM) => {}
        Some(other) => {
            return Err(Rejection::new(
                Rule::Algorithm,
                format!("the token is signed with {}, not with RS256", quoted(other)),
            ));
        }
        None => {
            return Err(Rejection::new(
                Rule::Algorithm,
                "the token names no algorithm",
            ));
        }
    }
    if header.contains_key("crit") {
        return Err(Rejection::new(
            Rule::Extension,
            "the token's header demands an extension (`crit`)",
        ));
    }
    if header.get("typ").is_some_and(|typ| !is_access_token(typ)) {
        return Err(Rejection::new(
            Rule::Malformed,
            "the token's `typ` is neither `JWT` nor `at+jwt`",
        ));
    }
    if header.contains_key("nonce") {
        return Err(Rejection::new(
            Rule::Graph,
            "the token is signed for Microsoft Graph alone, which replaces its `nonce` first",
        )
        .with_hint("request a token for your own API, such as `api://your-api-id/.default`"));
    }
    header
        .get("kid")
        .and_then(Value::as_str)
        .filter(|key_id| (1..=LONGEST_KEY_ID).contains(&key_id.len()))
        .map(str::to_owned)
        .ok_or_else(|| Rejection::new(Rule::Key, "the token does not name its key (`kid`)"))
}

/// [RFC 9068 section 2.1](https://www.rfc-editor.org/rfc/rfc9068#section-2.1); Entra writes `JWT`.
fn is_access_token(typ: &Value) -> bool {
    typ.as_str().is_some_and(|typ| {
        ["JWT", "at+jwt", "application/at+jwt"]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(typ))
    })
}
