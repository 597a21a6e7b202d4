//! A claims challenge as an API sends it: a `WWW-Authenticate` header.
//!
//! [RFC 9110 section 11.6.1](https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1) and
//! [claims challenges](https://learn.microsoft.com/entra/identity-platform/claims-challenge). People paste them: with the header's name or
//! without, several at once, or the value of `claims` alone.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::request::claims::Claims;
use crate::value::impossible::Impossible;

/// Longer than any server's headers.
const LONGEST: usize = 64 * 1024;

const HINT: &str =
    "paste the `WWW-Authenticate` header of the API's answer, its `claims` value, or JSON";

const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, CONFIG);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, CONFIG);

/// Reads what somebody gave as claims: JSON, base64 of it, or one or more headers with a challenge in them.
pub fn parse(text: &str) -> Result<Claims, Impossible> {
    let text = text.trim();
    if text.len() > LONGEST {
        return Err(Impossible::new(format!(
            "claims are longer than {LONGEST} bytes"
        )));
    }
    if text.is_empty() || text.starts_with('{') {
        return Claims::parse(text);
    }
    if let Some(decoded) = decoded(text) {
        return Claims::parse(&decoded);
    }
    let value = claims_of_bearer(text).ok_or_else(|| {
        Impossible::new("no claims challenge was found in the text").with_hint(HINT)
    })?;
    if value.starts_with('{') {
        return Claims::parse(&value);
    }
    match decoded(&value) {
        Some(decoded) => Claims::parse(&decoded),
        None => Err(Impossible::new("the challenge's `claims` are not base64").with_hint(HINT)),
    }
}

/// Either alphabet, with padding or without; `None` if it is neither, or no text.
fn decoded(text: &str) -> Option<String> {
    let bytes = STANDARD
        .decode(text)
        .or_else(|_| URL_SAFE.decode(text))
        .ok()?;
    String::from_utf8(bytes).ok()
}

/// The `claims` of a `Bearer` challenge, of one that says `insufficient_claims` if there are several.
fn claims_of_bearer(text: &str) -> Option<String> {
    let challenges = challenges(text);
    let with_claims = || {
        challenges
            .iter()
            .filter(|challenge| challenge.is_bearer())
            .filter_map(|challenge| Some((challenge, challenge.parameter("claims")?)))
    };
    with_claims()
        .find(|(challenge, _)| challenge.parameter("error") == Some("insufficient_claims"))
        .or_else(|| with_claims().next())
        .map(|(_, claims)| claims.to_owned())
}

/// What a challenge asks for that a server sent with its answer.
pub(crate) struct Demanded {
    pub(crate) claims: Claims,
    /// Where the server thinks that tokens come from.
    pub(crate) authorization_uri: Option<String>,
}

/// The claims of a challenge that says that claims are missing. Nothing is guessed: this is no text that somebody pasted.
pub(crate) fn demanded(header: &str) -> Option<Demanded> {
    if header.len() > LONGEST {
        return None;
    }
    let challenges = challenges(header);
    let challenge = challenges.iter().find(|challenge| {
        challenge.scheme.eq_ignore_ascii_case("bearer")
            && challenge.parameter("error") == Some("insufficient_claims")
    })?;
    let uri = challenge.parameter("authorization_uri");
    Some(Demanded {
        claims: Claims::parse(&decoded(challenge.parameter("claims")?)?).ok()?,
        authorization_uri: uri.filter(|uri| !uri.is_empty()).map(str::to_owned),
    })
}

/// A scheme and what it says.
#[derive(Default)]
struct Challenge {
    scheme: String,
    parameters: Vec<(String, String)>,
}

impl Challenge {
    /// A text may begin within a challenge, when only part of it was copied.
    fn is_bearer(&self) -> bool {
        self.scheme.is_empty() || self.scheme.eq_ignore_ascii_case("bearer")
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        let mut parameters = self.parameters.iter();
        parameters
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// Reads words: one that `=` follows names a parameter, one that `:` follows a header, and any other a scheme.
fn challenges(text: &str) -> Vec<Challenge> {
    let mut challenges = vec![Challenge::default()];
    let mut rest = text;
    loop {
        rest = rest
            .trim_start_matches(|character: char| character == ',' || character.is_whitespace());
        let end = rest
            .find(|character: char| {
                matches!(character, '=' | ',' | ':' | '"') || character.is_whitespace()
            })
            .unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let after_blanks = after.trim_start_matches([' ', '\t']);
        if let Some(value) = after_blanks.strip_prefix('=').filter(|_| !word.is_empty()) {
            let (value, after) = parameter_value(value.trim_start_matches([' ', '\t']));
            if let Some(challenge) = challenges.last_mut() {
                challenge.parameters.push((word.to_owned(), value));
            }
            rest = after;
        } else if word.is_empty() {
            // Something that is no word: step over it.
            let mut characters = rest.chars();
            if characters.next().is_none() {
                return challenges;
            }
            rest = characters.as_str();
        } else if let Some(after) = after.strip_prefix(':') {
            rest = after;
        } else {
            challenges.push(Challenge {
                scheme: word.to_owned(),
                ..Challenge::default()
            });
            rest = after;
        }
    }
}

/// The value and what comes after it. Base64 may end in `=`, quoted or not.
fn parameter_value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text
            .find(|character: char| character == ',' || character.is_whitespace())
            .unwrap_or(text.len());
        let (value, rest) = text.split_at(end);
        return (value.to_owned(), rest);
    };
    let mut value = String::new();
    let mut characters = quoted.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => break,
            '\\' => value.extend(characters.next()),
            _ => value.push(character),
        }
    }
    (value, characters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of Microsoft's page.
    const BASE64: &str =
        "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwgInZhbHVlIjoiMTYwNDEwNjY1MSJ9fX0=";
    const JSON: &str = r#"{"access_token":{"nbf":{"essential":true, "value":"1604106651"}}}"#;

    #[test]
    fn a_challenge_is_found_however_it_is_pasted() {
        let unpadded = BASE64.trim_end_matches('=');
        let url_safe = URL_SAFE.encode(r#"{"a":"??>>~~"}"#);
        let documented = format!(
            "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\", \
             client_id=\"00000003-0000-0000-c000-000000000000\", error=\"insufficient_claims\", claims=\"{BASE64}\""
        );
        let escaped = JSON.replace('"', "\\\"");
        let rows = [
            ("documented", documented.clone()),
            (
                "with the header's name",
                format!("WWW-Authenticate: {documented}"),
            ),
            (
                "name in lower case",
                format!("www-authenticate:{documented}\r\n"),
            ),
            (
                "unquoted",
                format!("Bearer error=insufficient_claims, claims={BASE64}"),
            ),
            (
                "unquoted, first",
                format!("Bearer claims={BASE64},error=insufficient_claims"),
            ),
            (
                "other order",
                format!("Bearer claims=\"{BASE64}\", realm=\"\", error=\"insufficient_claims\""),
            ),
            (
                "blanks around =",
                format!("Bearer claims = \"{BASE64}\" , error = \"insufficient_claims\""),
            ),
            (
                "upper case",
                format!("BEARER ERROR=\"insufficient_claims\", CLAIMS=\"{BASE64}\""),
            ),
            (
                "unpadded",
                format!("Bearer error=\"insufficient_claims\", claims=\"{unpadded}\""),
            ),
            ("without error", format!("Bearer claims=\"{BASE64}\"")),
            ("JSON inside", format!("Bearer claims=\"{escaped}\"")),
            (
                "several schemes",
                format!("Basic realm=\"a, b\", Negotiate, {documented}"),
            ),
            ("scheme after", format!("{documented}, PoP claims=\"x\"")),
            (
                "several headers",
                format!("WWW-Authenticate: PoP claims=\"e30=\"\nWWW-Authenticate: {documented}"),
            ),
            (
                "several challenges",
                format!(
                    "Bearer error=\"invalid_token\", claims=\"e30=\", Bearer error=\"insufficient_claims\", claims=\"{BASE64}\""
                ),
            ),
            ("value alone", BASE64.to_owned()),
            ("value alone, unpadded", unpadded.to_owned()),
            (
                "part of a header",
                format!("error=\"insufficient_claims\", claims=\"{BASE64}\""),
            ),
            ("JSON", JSON.to_owned()),
        ];
        for (name, text) in rows {
            assert_eq!(parse(&text), Claims::parse(JSON), "{name}");
        }
        assert_eq!(parse(&url_safe), Claims::parse(r#"{"a":"??>>~~"}"#));
    }

    #[test]
    fn what_is_no_challenge_is_refused() {
        let long = "a".repeat(LONGEST + 1);
        let array = format!("Bearer claims=\"{}\"", STANDARD.encode("[1]"));
        let binary = format!("Bearer claims=\"{}\"", STANDARD.encode([0xff, 0xfe]));
        let rows = [
            ("nothing", ""),
            ("other scheme", "Basic realm=\"x\", claims=\"e30=\""),
            ("no claims", "Bearer realm=\"\", error=\"invalid_token\""),
            ("empty claims", "Bearer claims=\"\""),
            ("array", &array),
            ("binary", &binary),
            ("no base64", "Bearer claims=\"*\""),
            (
                "claims within a string",
                "Bearer error_description=\"claims=e30=\"",
            ),
            ("open string", "Bearer claims=\"e30"),
            ("equals signs", "====,,,\"\"::"),
            ("words", "cp1 please"),
            ("control characters", "\u{1b}[31m\0"),
            ("long", &long),
        ];
        for (name, text) in rows {
            // A string that was not closed is read to the end.
            if name == "open string" {
                assert!(parse(text).is_ok(), "{name}");
                continue;
            }
            let error = parse(text).expect_err(name);
            assert!(!error.message().contains('\u{1b}'), "{name}");
        }
    }

    #[test]
    fn no_text_makes_it_run_forever() {
        for unit in [
            "=",
            "\"",
            ",",
            "a=",
            "a=\"",
            "a ",
            ":",
            "\\",
            "é",
            "a:b=c\"d,",
        ] {
            let _ = parse(&unit.repeat(5000));
        }
    }
}
