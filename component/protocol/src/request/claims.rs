//! The `claims` parameter: what the token must contain, or the challenge that an API or Entra sent.
//!
//! [OpenID Connect Core section 5.5](https://openid.net/specs/openid-connect-core-1_0.html#ClaimsParameter) and
//! [claims challenges](https://learn.microsoft.com/entra/identity-platform/claims-challenge). Nothing of a challenge is
//! left out or changed; this client's capability is added.

use serde_json::{Map, Value, json};

use crate::value::impossible::Impossible;
use crate::value::json;

/// Says that a client understands claims challenges
/// ([client capabilities](https://learn.microsoft.com/entra/identity-platform/claims-challenge#client-capabilities)).
pub(crate) const CLIENT_CAPABILITY: &str = "cp1";

/// A challenge lists a handful of claims; a form field of more than this is no challenge.
const LONGEST: usize = 16 * 1024;

/// A JSON object to send as `claims`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims(String);

impl Claims {
    /// Checks that the text is one JSON object.
    pub fn parse(text: &str) -> Result<Self, Impossible> {
        let text = text.trim();
        if text.len() > LONGEST {
            return Err(Impossible::new(format!(
                "claims are longer than {LONGEST} bytes"
            )));
        }
        json::object(text.as_bytes()).map_err(|fault| {
            Impossible::new(format!("claims must be a JSON object, got {fault}"))
                .with_hint(r#"for example `{"access_token":{"xms_cc":{"values":["cp1"]}}}`"#)
        })?;
        Ok(Self(text.to_owned()))
    }

    /// What a client sends that understands claims challenges and has none to answer.
    pub fn capability() -> Self {
        Self(capability().to_string())
    }

    /// The same claims with the word that this client understands challenges; everything else stays as it is.
    #[must_use]
    pub fn with_capability(&self) -> Self {
        match json::object(self.0.as_bytes()) {
            Ok(claims) => Self(merged(claims.into(), capability()).to_string()),
            // It was read as JSON before.
            Err(_) => self.clone(),
        }
    }

    /// The JSON text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn capability() -> Value {
    json!({"access_token": {"xms_cc": {"values": [CLIENT_CAPABILITY]}}})
}

/// Objects member by member, lists one after the other without repetition, and the first of anything else.
fn merged(first: Value, second: Value) -> Value {
    match (first, second) {
        (Value::Object(first), Value::Object(second)) => {
            Value::Object(merged_members(first, second))
        }
        (Value::Array(mut first), Value::Array(second)) => {
            for value in second {
                if !first.iter().any(|other| is_same(other, &value)) {
                    first.push(value);
                }
            }
            Value::Array(first)
        }
        (Value::Null, second) => second,
        (first, _) => first,
    }
}

fn merged_members(mut first: Map<String, Value>, second: Map<String, Value>) -> Map<String, Value> {
    for (name, value) in second {
        let own = first.get_mut(&name).map(Value::take);
        first.insert(name, merged(own.unwrap_or_default(), value));
    }
    first
}

/// The service does not distinguish `cp1` from `CP1`.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one.as_str(), other.as_str()) {
        (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
        _ => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_capability_joins_what_is_there() {
        let rows = [
            ("{}", r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#),
            (
                r#"{"access_token":{"nbf":{"essential":true, "value":"1"}}}"#,
                r#"{"access_token":{"nbf":{"essential":true,"value":"1"},"xms_cc":{"values":["cp1"]}}}"#,
            ),
            (
                r#"{"id_token":{"a":null},"access_token":null}"#,
                r#"{"id_token":{"a":null},"access_token":{"xms_cc":{"values":["cp1"]}}}"#,
            ),
            (
                r#"{"access_token":{"xms_cc":{"values":["CP1"]}}}"#,
                r#"{"access_token":{"xms_cc":{"values":["CP1"]}}}"#,
            ),
            (
                r#"{"access_token":{"xms_cc":{"essential":true,"values":["x"]}}}"#,
                r#"{"access_token":{"xms_cc":{"essential":true,"values":["x","cp1"]}}}"#,
            ),
            (r#"{"access_token":7}"#, r#"{"access_token":7}"#),
        ];
        for (text, expected) in rows {
            let claims = Claims::parse(text).unwrap().with_capability();
            assert_eq!(claims.as_str(), expected);
            assert_eq!(claims.with_capability(), claims);
        }
        assert_eq!(
            Claims::parse("{}").unwrap().with_capability(),
            Claims::capability()
        );
    }

    #[test]
    fn only_an_object_passes() {
        let long = format!(r#"{{"a":"{}"}}"#, "b".repeat(17_000));
        let rows = [
            (
                "challenge",
                r#"{"access_token":{"nbf":{"essential":true,"value":"1"}}}"#,
                None,
            ),
            ("blanks around", " {} \n", None),
            ("empty", "", Some("got nothing")),
            ("text", "cp1", Some("got something that is not JSON")),
            ("array", "[]", Some("got JSON that is not an object")),
            (
                "cut by a shell",
                r#"{"access_token":"#,
                Some("got JSON that breaks off"),
            ),
            ("repeated", r#"{"a":1,"a":2}"#, Some("same member twice")),
            ("long", &long, Some("longer than")),
        ];
        for (name, text, expected) in rows {
            match (Claims::parse(text), expected) {
                (Ok(claims), None) => assert_eq!(claims.as_str(), text.trim(), "{name}"),
                (Err(error), Some(expected)) => {
                    assert!(error.message().contains(expected), "{name}: {error}")
                }
                (result, _) => panic!("{name}: {result:?}"),
            }
        }
    }
}
