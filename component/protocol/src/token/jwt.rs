//! A look into a token, without trusting it.
//!
//! [RFC 7519](https://www.rfc-editor.org/rfc/rfc7519) (JWT), [RFC 7515](https://www.rfc-editor.org/rfc/rfc7515) (signed) and
//! [RFC 7516](https://www.rfc-editor.org/rfc/rfc7516) (encrypted). No signature is checked, for that is the API's affair: whoever
//! shows what comes from here has to say so. Nothing decides about access by it.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::value::impossible::Impossible;
use crate::value::json::{self, Fault};
use crate::value::printable::printable_json;
use crate::value::time::Timestamp;

/// Entra's tokens end at some 20 kilobytes, and servers refuse headers much earlier.
pub const MAX_TOKEN_SIZE: usize = 256 * 1024;

/// A token, as far as it can be read without a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Jwt {
    /// Signed: header and claims can be read.
    Signed(Box<SignedJwt>),
    /// Encrypted: only the header can be read.
    Encrypted(Part),
    /// No JWT at all, as Microsoft's own APIs and personal accounts have them. There is nothing to show but its length in bytes.
    Opaque(usize),
}

impl Jwt {
    /// Takes a token apart; blanks around it and a `Bearer ` before it do not matter. Nothing is verified.
    ///
    /// Errors say which part is wrong and how, and never quote it.
    pub fn decode_unverified(text: &str) -> Result<Self, Impossible> {
        let text = without_bearer(text.trim());
        check_text(text)?;
        match text.split('.').collect::<Vec<_>>().as_slice() {
            [header, claims, signature] => SignedJwt::decode(header, claims, signature),
            [header, _, _, _, _] => decode_encrypted(header),
            parts if text.starts_with("eyJ") => Err(invalid(format!(
                "it has {}, a JWT has 3 (signed) or 5 (encrypted)",
                if parts.len() == 1 {
                    "1 part".to_owned()
                } else {
                    format!("{} parts", parts.len())
                }
            ))
            .with_hint("part of the token may have been lost while copying")),
            _ => Ok(Self::Opaque(text.len())),
        }
    }
}

/// A JSON object within a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The JSON as it was written, except that characters which could drive a terminal stand as `\uXXXX`.
    pub text: String,
    /// The members, in the order in which they were written.
    pub members: Map<String, Value>,
}

impl Part {
    fn decode(encoded: &str, position: usize) -> Result<Self, Impossible> {
        let bytes = URL_SAFE_NO_PAD
            .decode(encoded)
            .map_err(|_| invalid(format!("part {position} is not base64url")))?;
        let members = json::object(&bytes).map_err(|fault| {
            invalid(format!(
                "part {position} is {}",
                if fault == Fault::Empty {
                    "empty".to_owned()
                } else {
                    fault.to_string()
                }
            ))
        })?;
        // Bytes that were read as JSON are UTF-8.
        let text = printable_json(&String::from_utf8_lossy(&bytes));
        Ok(Self { text, members })
    }
}

/// A signed token whose signature nobody has checked.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedJwt {
    /// How it was signed.
    pub header: Part,
    /// What it says.
    pub claims: Part,
    signature: String,
}

impl SignedJwt {
    fn decode(header: &str, claims: &str, signature: &str) -> Result<Jwt, Impossible> {
        let jwt = Self {
            header: Part::decode(header, 1)?,
            claims: Part::decode(claims, 2)?,
            signature: signature.to_owned(),
        };
        URL_SAFE_NO_PAD
            .decode(signature)
            .map_err(|_| invalid("part 3 is not base64url"))?;
        Ok(Jwt::Signed(Box::new(jwt)))
    }

    /// The signature as base64url. With it, header and claims are the token again: not for a log.
    pub fn signature(&self) -> &str {
        &self.signature
    }

    /// When it was issued (`iat`).
    pub fn issued_at(&self) -> Option<Timestamp> {
        self.numeric_date("iat")
    }

    /// From when on it is valid (`nbf`).
    pub fn not_before(&self) -> Option<Timestamp> {
        self.numeric_date("nbf")
    }

    /// From when on it is not valid any more (`exp`).
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.numeric_date("exp")
    }

    /// What the token's own times say about `now`, to the second: an API may allow some minutes on either side.
    pub fn validity_at(&self, now: Timestamp) -> Validity {
        match (self.not_before(), self.expires_at()) {
            (_, Some(expires_at)) if expires_at <= now => Validity::Expired,
            (Some(not_before), _) if now < not_before => Validity::NotYetValid,
            (_, None) => Validity::NoExpiry,
            (_, Some(_)) => Validity::Valid,
        }
    }

    /// Parts of a second are cut off, and times before 1970 are 1970; what is not a number is no time.
    fn numeric_date(&self, name: &str) -> Option<Timestamp> {
        let number = self.claims.members.get(name)?.as_number()?;
        // Casts from floating point saturate.
        let seconds = number
            .as_u64()
            .or_else(|| number.as_f64().map(|seconds| seconds as u64))?;
        Some(Timestamp::from_unix_seconds(seconds))
    }
}

/// Leaves the signature out: what is printed by accident cannot be used.
impl fmt::Debug for SignedJwt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SignedJwt")
            .field("header", &self.header.text)
            .field("claims", &self.claims.text)
            .finish_non_exhaustive()
    }
}

/// What a token's own times say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// Within its time.
    Valid,
    /// Its time is over.
    Expired,
    /// Its time has not come.
    NotYetValid,
    /// It does not say when it ends.
    NoExpiry,
}

fn without_bearer(text: &str) -> &str {
    match text.split_once(|character: char| character.is_ascii_whitespace()) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("bearer") => rest.trim_start(),
        _ => text,
    }
}

fn check_text(text: &str) -> Result<(), Impossible> {
    if text.is_empty() || text.eq_ignore_ascii_case("bearer") {
        return Err(Impossible::new("no token given"));
    }
    if text.len() > MAX_TOKEN_SIZE {
        return Err(invalid(format!("it is longer than {MAX_TOKEN_SIZE} bytes")));
    }
    if text.bytes().any(|byte| byte.is_ascii_whitespace()) {
        return Err(
            invalid("it contains blanks or line breaks").with_hint("give one token, on one line")
        );
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(invalid("it contains characters that tokens cannot have"));
    }
    Ok(())
}

fn decode_encrypted(header: &str) -> Result<Jwt, Impossible> {
    let header = Part::decode(header, 1)?;
    if !header.members.contains_key("enc") {
        return Err(invalid(
            "it has 5 parts like an encrypted JWT, but its header has no `enc`",
        ));
    }
    Ok(Jwt::Encrypted(header))
}

fn invalid(what: impl fmt::Display) -> Impossible {
    Impossible::new(format!("invalid token format: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(text: &str) -> String {
        URL_SAFE_NO_PAD.encode(text)
    }

    fn token(header: &str, claims: &str) -> String {
        format!("{}.{}.c2lnbmF0dXJl", encoded(header), encoded(claims))
    }

    fn signed(claims: &str) -> SignedJwt {
        match Jwt::decode_unverified(&token(r#"{"alg":"RS256"}"#, claims)) {
            Ok(Jwt::Signed(jwt)) => *jwt,
            other => panic!("{claims}: {other:?}"),
        }
    }

    #[test]
    fn a_signed_token_is_read_in_order() {
        let jwt = signed(r#"{"ver":"2.0","aud":"api://a","roles":["b","a"],"exp":1700003600}"#);
        assert_eq!(jwt.header.text, r#"{"alg":"RS256"}"#);
        assert_eq!(
            jwt.claims.text,
            r#"{"ver":"2.0","aud":"api://a","roles":["b","a"],"exp":1700003600}"#
        );
        assert_eq!(
            jwt.claims.members.keys().collect::<Vec<_>>(),
            ["ver", "aud", "roles", "exp"]
        );
        assert_eq!(jwt.signature(), "c2lnbmF0dXJl");
        assert!(!format!("{jwt:?}").contains("c2lnbmF0dXJl"));
    }

    #[test]
    fn what_stands_around_a_token_does_not_matter() {
        let token = token(r#"{"alg":"none"}"#, "{}");
        for text in [
            token.clone(),
            format!("  {token}\r\n"),
            format!("Bearer {token}"),
            format!("bearer   {token}\n"),
            format!("BEARER\t{token}"),
        ] {
            assert!(
                matches!(Jwt::decode_unverified(&text), Ok(Jwt::Signed(_))),
                "{text:?}"
            );
        }
    }

    #[test]
    fn kinds_are_told_apart() {
        let jwe = format!(
            "{}.a.b.c.d",
            encoded(r#"{"alg":"RSA-OAEP","enc":"A256GCM"}"#)
        );
        let unsigned = format!("{}.{}.", encoded(r#"{"alg":"none"}"#), encoded("{}"));
        let compact = "EwBwA8l6BAAU".repeat(20);
        let rows = [
            ("encrypted", jwe.as_str(), "encrypted"),
            ("unsigned", &unsigned, "signed"),
            ("compact ticket", &compact, "opaque"),
            ("word", "not-a-token", "opaque"),
            ("two parts", "0.AVgA", "opaque"),
            ("standard base64", "a+b/c==", "opaque"),
        ];
        for (name, text, expected) in rows {
            let kind = match Jwt::decode_unverified(text) {
                Ok(Jwt::Signed(_)) => "signed",
                Ok(Jwt::Encrypted(header)) => {
                    assert_eq!(header.members.keys().collect::<Vec<_>>(), ["alg", "enc"]);
                    "encrypted"
                }
                Ok(Jwt::Opaque(length)) => {
                    assert_eq!(length, text.len());
                    "opaque"
                }
                Err(error) => panic!("{name}: {error}"),
            };
            assert_eq!(kind, expected, "{name}");
        }
    }

    #[test]
    fn errors_name_the_part_and_never_quote_it() {
        let (header, claims) = (
            encoded(r#"{"alg":"RS256"}"#),
            encoded(r#"{"aud":"S3cr3t"}"#),
        );
        let deep = encoded(&format!(r#"{{"a":{}"#, "[".repeat(100_000)));
        let long = format!("eyJ{}", "a".repeat(MAX_TOKEN_SIZE));
        let rows = [
            ("empty", String::new(), "no token given"),
            ("blanks", " \n".to_owned(), "no token given"),
            ("only the scheme", "Bearer ".to_owned(), "no token given"),
            ("long", long, "longer than 262144 bytes"),
            (
                "two tokens",
                format!("{header}.{claims}.a {header}.{claims}.a"),
                "blanks or line breaks",
            ),
            (
                "broken over lines",
                format!("{header}.\n{claims}.a"),
                "blanks or line breaks",
            ),
            (
                "control character",
                format!("{header}.{claims}.\u{1b}[31m"),
                "characters that tokens cannot have",
            ),
            (
                "accent",
                format!("{header}.{claims}.é"),
                "characters that tokens cannot have",
            ),
            (
                "header not base64url",
                format!("{header}=.{claims}.a"),
                "part 1 is not base64url",
            ),
            (
                "header no JSON",
                format!("abcd.{claims}.a"),
                "part 1 is something that is not JSON",
            ),
            (
                "header cut",
                format!("{}.{claims}.a", encoded(r#"{"alg":"#)),
                "part 1 is JSON that breaks off",
            ),
            ("header empty", format!(".{claims}.a"), "part 1 is empty"),
            (
                "claims standard base64",
                format!("{header}.{claims}+/.a"),
                "part 2 is not base64url",
            ),
            (
                "claims of impossible length",
                format!("{header}.a.a"),
                "part 2 is not base64url",
            ),
            ("claims empty", format!("{header}..a"), "part 2 is empty"),
            (
                "claims an array",
                format!("{header}.{}.a", encoded("[1]")),
                "part 2 is JSON that is not an object",
            ),
            (
                "claims not UTF-8",
                format!("{header}.{}.a", URL_SAFE_NO_PAD.encode(b"{\"a\":\"\xff\"}")),
                "part 2 is something that is not JSON",
            ),
            (
                "claims deep",
                format!("{header}.{deep}.a"),
                "part 2 is JSON that is nested too deeply",
            ),
            (
                "claims repeated",
                format!("{header}.{}.a", encoded(r#"{"aud":"a","aud":"b"}"#)),
                "part 2 is JSON that has the same member twice",
            ),
            (
                "signature not base64url",
                format!("{header}.{claims}.*"),
                "part 3 is not base64url",
            ),
            ("claims lost", header.clone(), "it has 1 part, a JWT has 3"),
            (
                "signature lost",
                format!("{header}.{claims}"),
                "it has 2 parts, a JWT has 3",
            ),
            ("six parts", format!("{header}.a.b.c.d.e"), "it has 6 parts"),
            (
                "encrypted without enc",
                format!("{header}.a.b.c.d"),
                "no `enc`",
            ),
            (
                "five words",
                "a.b.c.d.e".to_owned(),
                "part 1 is not base64url",
            ),
            ("only dots", "..".to_owned(), "part 1 is empty"),
        ];
        for (name, text, expected) in rows {
            let error = Jwt::decode_unverified(&text).expect_err(name);
            assert!(error.message().contains(expected), "{name}: {error}");
            let shown = format!("{error:?}");
            assert!(
                !shown.contains("S3cr3t") && !shown.contains(&claims) && !shown.contains(&header),
                "{name}: {shown}"
            );
        }
    }

    #[test]
    fn what_could_drive_a_terminal_is_escaped() {
        let jwt = signed("{\"name\":\"\u{202e}\u{9b}2J\",\r\n\"x\":1}");
        assert_eq!(
            jwt.claims.text,
            "{\"name\":\"\\u202e\\u009b2J\", \n\"x\":1}"
        );
        assert_eq!(jwt.claims.members["name"], "\u{202e}\u{9b}2J");
    }

    #[test]
    fn times_are_numeric_dates() {
        let rows = [
            ("whole", "1700003600", Some(1_700_003_600)),
            ("fraction is cut", "1700003600.999", Some(1_700_003_600)),
            ("exponent", "1.7e9", Some(1_700_000_000)),
            ("zero", "0", Some(0)),
            ("before 1970", "-5", Some(0)),
            ("end of time", "1e300", Some(u64::MAX)),
            ("text", r#""1700003600""#, None),
            ("null", "null", None),
            ("array", "[1]", None),
            ("boolean", "true", None),
        ];
        for (name, value, expected) in rows {
            let jwt = signed(&format!(r#"{{"iat":{value},"nbf":{value},"exp":{value}}}"#));
            let expected = expected.map(Timestamp::from_unix_seconds);
            assert_eq!(
                (jwt.issued_at(), jwt.not_before(), jwt.expires_at()),
                (expected, expected, expected),
                "{name}"
            );
        }
        assert_eq!(signed("{}").issued_at(), None);
    }

    #[test]
    fn validity_changes_to_the_second() {
        let rows = [
            ("within", r#"{"nbf":100,"exp":200}"#, 150, Validity::Valid),
            (
                "first second",
                r#"{"nbf":100,"exp":200}"#,
                100,
                Validity::Valid,
            ),
            (
                "a second early",
                r#"{"nbf":100,"exp":200}"#,
                99,
                Validity::NotYetValid,
            ),
            (
                "last second",
                r#"{"nbf":100,"exp":200}"#,
                199,
                Validity::Valid,
            ),
            (
                "on its end",
                r#"{"nbf":100,"exp":200}"#,
                200,
                Validity::Expired,
            ),
            ("after", r#"{"nbf":100,"exp":200}"#, 201, Validity::Expired),
            ("no beginning", r#"{"exp":200}"#, 0, Validity::Valid),
            ("no end", r#"{"nbf":100}"#, 100, Validity::NoExpiry),
            ("no end, early", r#"{"nbf":100}"#, 99, Validity::NotYetValid),
            ("no times", "{}", 0, Validity::NoExpiry),
            (
                "end that is no number",
                r#"{"exp":"200"}"#,
                300,
                Validity::NoExpiry,
            ),
            (
                "ends before it begins",
                r#"{"nbf":200,"exp":100}"#,
                150,
                Validity::Expired,
            ),
        ];
        for (name, claims, now, expected) in rows {
            assert_eq!(
                signed(claims).validity_at(Timestamp::from_unix_seconds(now)),
                expected,
                "{name}"
            );
        }
    }
}
