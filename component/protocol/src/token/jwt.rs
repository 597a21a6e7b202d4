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
use crate::value::printable::{printable_json, quoted};
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
        let viewed = Self::view(text)?;
        match viewed.remarks.into_iter().next() {
            Some(remark) => Err(invalid(remark)),
            None => Ok(viewed.jwt),
        }
    }

    /// The same for somebody who looks at it: what is wrong but can be read is remarked on instead of refused.
    pub fn view(text: &str) -> Result<Viewed, Impossible> {
        let text = without_bearer(text.trim());
        check_text(text)?;
        let mut remarks = Vec::new();
        let jwt = match text.split('.').collect::<Vec<_>>().as_slice() {
            [header, claims, signature] => {
                SignedJwt::decode(header, claims, signature, &mut remarks)?
            }
            [header, _, _, _, _] => decode_encrypted(header, &mut remarks)?,
            parts if text.starts_with("eyJ") => {
                return Err(invalid(format!(
                    "it has {}, a JWT has 3 (signed) or 5 (encrypted)",
                    if parts.len() == 1 {
                        "1 part".to_owned()
                    } else {
                        format!("{} parts", parts.len())
                    }
                ))
                .with_hint("part of the token may have been lost while copying"));
            }
            _ => Self::Opaque(text.len()),
        };
        Ok(Viewed { jwt, remarks })
    }
}

/// A token, and what would make a careful reader refuse it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewed {
    /// The token.
    pub jwt: Jwt,
    /// One line each, without a full stop.
    pub remarks: Vec<String>,
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
    fn decode(
        encoded: &str,
        position: usize,
        remarks: &mut Vec<String>,
    ) -> Result<Self, Impossible> {
        let bytes = decode_base64(encoded, position, remarks)?;
        let (members, repeated) = json::viewed(&bytes).map_err(|fault| {
            invalid(format!(
                "part {position} is {}",
                if fault == Fault::Empty {
                    "empty".to_owned()
                } else {
                    fault.to_string()
                }
            ))
        })?;
        remarks.extend(repeated.iter().map(|member| {
            let place = if member.depth == 0 {
                ""
            } else {
                " in an object"
            };
            format!(
                "{} stands twice{place} in part {position}, and readers differ in which they take",
                quoted(&member.name)
            )
        }));
        // Bytes that were read as JSON are UTF-8.
        let text = printable_json(&String::from_utf8_lossy(&bytes));
        Ok(Self { text, members })
    }
}

/// RFC 7515 section 2 takes the alphabet of URLs and no padding; libraries that do otherwise are about.
fn decode_base64(
    encoded: &str,
    position: usize,
    remarks: &mut Vec<String>,
) -> Result<Vec<u8>, Impossible> {
    let bare = encoded.trim_end_matches('=');
    if bare.len() < encoded.len() {
        remarks.push(format!(
            "part {position} is padded with `=`, which a JWT never is"
        ));
    }
    URL_SAFE_NO_PAD
        .decode(bare)
        .map_err(|_| invalid(format!("part {position} is not base64url")))
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
    fn decode(
        header: &str,
        claims: &str,
        signature: &str,
        remarks: &mut Vec<String>,
    ) -> Result<Jwt, Impossible> {
        let jwt = Self {
            header: Part::decode(header, 1, remarks)?,
            claims: Part::decode(claims, 2, remarks)?,
            signature: signature.to_owned(),
        };
        decode_base64(signature, 3, remarks)?;
        Ok(Jwt::Signed(Box::new(jwt)))
    }

    /// The signature as base64url. With it, header and claims are the token again: not for a log.
    pub fn signature(&self) -> &str {
        &self.signature
    }

    /// When it was issued (`iat`).
    pub fn issued_at(&self) -> Option<Timestamp> {
        self.date("iat").number()
    }

    /// From when on it is valid (`nbf`).
    pub fn not_before(&self) -> Option<Timestamp> {
        self.date("nbf").number()
    }

    /// From when on it is not valid any more (`exp`).
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.date("exp").number()
    }

    /// Its times for somebody who looks at it: digits in quotation marks count.
    pub fn shown_times(&self) -> ShownTimes {
        ShownTimes {
            issued_at: self.date("iat").time(),
            not_before: self.date("nbf").time(),
            expires_at: self.date("exp").time(),
        }
    }

    /// What the token's own times say about `now`, to the second: an API may allow some minutes on either side. A time that is
    /// there and cannot be read is not a time that is missing.
    pub fn validity_at(&self, now: Timestamp) -> Validity {
        match (self.date("nbf"), self.date("exp")) {
            (_, NumericDate::At(expires_at) | NumericDate::Text(expires_at))
                if expires_at <= now =>
            {
                Validity::Expired
            }
            (NumericDate::Unreadable, _) | (_, NumericDate::Unreadable) => Validity::Unreadable,
            (NumericDate::At(not_before) | NumericDate::Text(not_before), _)
                if now < not_before =>
            {
                Validity::NotYetValid
            }
            (_, NumericDate::Absent) => Validity::NoExpiry,
            (_, NumericDate::At(_) | NumericDate::Text(_)) => Validity::Valid,
        }
    }

    /// What is odd about its times, one line each.
    pub fn remarks_on_times(&self) -> Vec<String> {
        let remark = |name: &str| Some(format!("`{name}` {}", self.date(name).remark()?));
        ["iat", "nbf", "exp"]
            .into_iter()
            .filter_map(remark)
            .collect()
    }

    fn date(&self, name: &str) -> NumericDate {
        self.claims
            .members
            .get(name)
            .map_or(NumericDate::Absent, NumericDate::of)
    }
}

/// The times of a token as far as they can be read at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShownTimes {
    /// `iat`.
    pub issued_at: Option<Timestamp>,
    /// `nbf`.
    pub not_before: Option<Timestamp>,
    /// `exp`.
    pub expires_at: Option<Timestamp>,
}

/// A time as a claim has it ([RFC 7519 section 2](https://www.rfc-editor.org/rfc/rfc7519#section-2)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NumericDate {
    Absent,
    At(Timestamp),
    /// Digits in quotation marks.
    Text(Timestamp),
    Unreadable,
}

impl NumericDate {
    /// Parts of a second are cut off, and times before 1970 are 1970.
    fn of(value: &Value) -> Self {
        match value {
            // Casts from floating point saturate.
            Value::Number(number) => number
                .as_u64()
                .or_else(|| number.as_f64().map(|seconds| seconds as u64))
                .map_or(Self::Unreadable, |seconds| {
                    Self::At(Timestamp::from_unix_seconds(seconds))
                }),
            Value::String(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                text.parse().map_or(Self::Unreadable, |seconds| {
                    Self::Text(Timestamp::from_unix_seconds(seconds))
                })
            }
            _ => Self::Unreadable,
        }
    }

    /// As the specification has it.
    fn number(self) -> Option<Timestamp> {
        match self {
            Self::At(time) => Some(time),
            Self::Absent | Self::Text(_) | Self::Unreadable => None,
        }
    }

    fn time(self) -> Option<Timestamp> {
        match self {
            Self::At(time) | Self::Text(time) => Some(time),
            Self::Absent | Self::Unreadable => None,
        }
    }

    /// Words behind the claim's name.
    fn remark(self) -> Option<&'static str> {
        match self {
            Self::Absent => None,
            Self::Unreadable => Some("is there and is no time: APIs refuse such a token"),
            Self::Text(_) => Some("is text and not a number: some APIs refuse such a token"),
            Self::At(time) => match time.unix_seconds() {
                ..=LAST_OF_9999 => None,
                seconds if (FIRST_OF_2000..=LAST_OF_9999 / 10).contains(&(seconds / 1000)) => Some(
                    "lies beyond the year 9999: it is probably in milliseconds instead of seconds",
                ),
                _ => Some("lies beyond the year 9999"),
            },
        }
    }
}

const FIRST_OF_2000: u64 = 946_684_800;
const LAST_OF_9999: u64 = 253_402_300_799;

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
    /// It says when it begins or ends, in a way that is no time.
    Unreadable,
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

fn decode_encrypted(header: &str, remarks: &mut Vec<String>) -> Result<Jwt, Impossible> {
    let header = Part::decode(header, 1, remarks)?;
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
                format!("{header}*.{claims}.a"),
                "part 1 is not base64url",
            ),
            (
                "header padded",
                format!("{header}=.{claims}.c2ln"),
                "part 1 is padded",
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
                format!("{header}.{}.c2ln", encoded(r#"{"aud":"a","aud":"b"}"#)),
                "`aud` stands twice in part 2",
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
            ("digits in quotes", r#""1700003600""#, None),
            ("text", r#""soon""#, None),
            ("text with a sign", r#""-1""#, None),
            ("date", r#""2026-11-27T00:00:00Z""#, None),
            ("no text", r#""""#, None),
            ("object", "{}", None),
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
        let shown = signed(r#"{"exp":"1700003600"}"#).shown_times();
        let expected = Timestamp::from_unix_seconds(1_700_003_600);
        assert_eq!(shown.expires_at, Some(expected));
    }

    #[test]
    fn odd_times_are_remarked_on() {
        for (claims, expected) in [
            (r#"{"exp":1700003600,"nbf":0}"#, None),
            (r#"{"exp":"1700003600"}"#, Some("`exp` is text")),
            (r#"{"nbf":null}"#, Some("`nbf` is there and is no time")),
            (r#"{"exp":1700003600000}"#, Some("milliseconds")),
            (
                r#"{"exp":9223372036854775807}"#,
                Some("`exp` lies beyond the year 9999"),
            ),
            (r#"{"exp":1e300}"#, Some("`exp` lies beyond the year 9999")),
        ] {
            let remarks = signed(claims).remarks_on_times();
            let is_told = match (remarks.as_slice(), expected) {
                ([], None) => true,
                ([only], Some(part)) => only.contains(part),
                _ => false,
            };
            assert!(is_told, "{claims}: {remarks:?}");
        }
    }

    #[test]
    fn what_can_be_read_is_shown_with_a_remark() {
        let header = encoded(r#"{"alg":"RS256"}"#);
        let claims = encoded(r#"{"aud":"a","b":{"c":1,"c":2},"aud":"d"}"#);
        let viewed = Jwt::view(&format!("{header}==.{claims}.c2ln")).unwrap();
        let Jwt::Signed(jwt) = viewed.jwt else {
            panic!("it is signed");
        };
        assert_eq!(jwt.claims.members["aud"], "d");
        let remarks = viewed.remarks.join("; ");
        for part in [
            "part 1 is padded",
            "`c` stands twice in an object",
            "`aud` stands twice in part 2",
        ] {
            assert!(remarks.contains(part), "{remarks}");
        }
        assert!(Jwt::decode_unverified(&format!("{header}=.{claims}.c2ln")).is_err());
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
            ("end in quotes", r#"{"exp":"200"}"#, 199, Validity::Valid),
            (
                "past its end in quotes",
                r#"{"exp":"200"}"#,
                200,
                Validity::Expired,
            ),
            (
                "end that is no time",
                r#"{"exp":"soon"}"#,
                300,
                Validity::Unreadable,
            ),
            (
                "end that is null",
                r#"{"exp":null}"#,
                300,
                Validity::Unreadable,
            ),
            (
                "end that is a list",
                r#"{"exp":[200]}"#,
                100,
                Validity::Unreadable,
            ),
            (
                "beginning that is no time",
                r#"{"nbf":"x","exp":200}"#,
                100,
                Validity::Unreadable,
            ),
            (
                "beginning that is no time, over",
                r#"{"nbf":"x","exp":200}"#,
                200,
                Validity::Expired,
            ),
            (
                "beginning in quotes",
                r#"{"nbf":"100","exp":200}"#,
                99,
                Validity::NotYetValid,
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
