//! The `claims` parameter: what the token must contain, or the challenge that an API or Entra sent.
//!
//! [OpenID Connect Core section 5.5](https://openid.net/specs/openid-connect-core-1_0.html#ClaimsParameter) and
//! [claims challenges](https://learn.microsoft.com/entra/identity-platform/claims-challenge). The content is passed on as it came.

use crate::error::Impossible;
use crate::json;

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

    /// The JSON text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
