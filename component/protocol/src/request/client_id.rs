//! Which application asks: the "Application (client) ID" of its registration.
//!
//! [RFC 6749 section 2.2](https://www.rfc-editor.org/rfc/rfc6749#section-2.2). Entra's are GUIDs; that is left to the server, so that
//! other servers and documented placeholders work.

use std::fmt;

use crate::value::impossible::Impossible;
use crate::value::printable::quoted_ascii;

/// Twice a GUID and more.
const LONGEST: usize = 100;

/// The identifier of an application, made of letters, digits, `-`, `_` and `.`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientId(String);

impl ClientId {
    /// Checks the characters; whether there is such an application is the server's to say.
    pub fn parse(text: &str) -> Result<Self, Impossible> {
        const HINT: &str =
            "it is the GUID that the app's overview page shows as Application (client) ID";
        let is_expected = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if text.is_empty() {
            return Err(Impossible::new("no client id given").with_hint(HINT));
        }
        if text.len() > LONGEST || !text.bytes().all(is_expected) {
            return Err(
                Impossible::new(format!("client id {} is not a GUID", quoted_ascii(text)))
                    .with_hint(HINT),
            );
        }
        Ok(Self(text.to_owned()))
    }

    /// The name under which a managed identity's tokens are kept; the platform knows which application it is.
    pub(crate) fn of_managed_identity(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// The identifier as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_identifiers_pass() {
        let long = "a".repeat(101);
        let rows = [
            ("GUID", "99999999-8888-7777-6666-555555555555", true),
            ("upper case", "ABCDEFAB-8888-7777-6666-555555555555", true),
            ("placeholder", "your-client-id", true),
            ("empty", "", false),
            ("braces", "{99999999-8888-7777-6666-555555555555}", false),
            (
                "blank at the end",
                "99999999-8888-7777-6666-555555555555 ",
                false,
            ),
            ("parameters", "a&client_id=b", false),
            ("path", "../x", false),
            ("line break", "a\nb", false),
            ("quotes", "\"a\"", false),
            ("accent", "é", false),
            ("long", &long, false),
        ];
        for (name, text, expected) in rows {
            let parsed = ClientId::parse(text);
            assert_eq!(parsed.is_ok(), expected, "{name}");
            if let Ok(client_id) = parsed {
                assert_eq!(client_id.as_str(), text, "{name}");
            }
        }
    }
}
