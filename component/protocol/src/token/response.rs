//! The answer of a token endpoint, whatever the grant.
//!
//! [RFC 6749 section 5](https://www.rfc-editor.org/rfc/rfc6749#section-5). Strict: a token of another type, without an end or hidden
//! in an answer that two readers could understand differently is no token. Access tokens are not looked into; they belong to the API.

use std::time::Duration;

use http::Response;
use serde_json::{Map, Value};

use crate::exchange::answer::{Members, members, with_response};
use crate::refusal::error::Error;
use crate::refusal::peer::Peer;
use crate::refusal::unacceptable::Unacceptable;
use crate::request::scope::Scopes;
use crate::token::account::AccountId;
use crate::value::secret::Secret;
use crate::value::time::Timestamp;

/// The only token type that is asked for.
pub const BEARER: &str = "Bearer";

/// Entra's longest life is 28 hours. A year leaves room for other servers and catches milliseconds and absolute times.
pub(crate) const LONGEST_LIFE: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// Tokens that live longer are renewed at half-life, as Microsoft's libraries do, so that an outage finds a fresh one.
const LONG_LIFE: Duration = Duration::from_secs(2 * 60 * 60);

/// A token and what came with it. Its type is [`BEARER`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenResponse {
    /// The token, for the API's eyes only.
    pub access_token: Secret,
    /// When the answer came.
    pub obtained_at: Timestamp,
    /// From when on the token is not valid.
    pub expires_at: Timestamp,
    /// From when on a new token should be asked for although this one is valid; before `expires_at`.
    pub refresh_at: Option<Timestamp>,
    /// Until when an API might accept the token during an outage. Not used to extend a token's life.
    pub extended_expires_at: Option<Timestamp>,
    /// What was granted; `None` means what was asked for.
    pub scopes: Option<Scopes>,
    /// What gets the next token without a person.
    pub refresh_token: Option<Secret>,
    /// Who signed in; not verified here.
    pub id_token: Option<Secret>,
    /// Who signed in, as a name in the cache; not verified.
    pub account: Option<AccountId>,
}

impl TokenResponse {
    /// Reads an answer that came at `now`. Give it at most [`MAX_BODY_SIZE`](crate::exchange::answer::MAX_BODY_SIZE) bytes and one more, so that it can tell.
    pub fn from_http(response: &Response<impl AsRef<[u8]>>, now: Timestamp) -> Result<Self, Error> {
        let members = members(response, Peer::Authority, now)?;
        Ok(
            Self::from_members(members, now)
                .map_err(|error| with_response(error, response, now))?,
        )
    }

    fn from_members(members: Map<String, Value>, now: Timestamp) -> Result<Self, Unacceptable> {
        let mut members = Members::new(Peer::Authority, "token response", members);
        let token_type = members
            .take_text("token_type")?
            .ok_or_else(|| members.missing("token_type"))?;
        if !token_type.eq_ignore_ascii_case(BEARER) {
            return Err(members.invalid("a `token_type` other than `Bearer`"));
        }
        let access_token = members
            .take_secret("access_token")?
            .ok_or_else(|| members.missing("access_token"))?;
        let life = members
            .take_seconds("expires_in")?
            .ok_or_else(|| members.missing("expires_in"))?;
        if life.is_zero() || life > LONGEST_LIFE {
            return Err(members.invalid("an `expires_in` outside 1 second to 366 days"));
        }
        let refresh_in = members.take_seconds_if_any("refresh_in");
        let extended_life = members.take_seconds_if_any("ext_expires_in");
        Ok(Self {
            access_token,
            obtained_at: now,
            expires_at: now.saturating_add(life),
            refresh_at: refresh_in_or_half(refresh_in, life).map(|span| now.saturating_add(span)),
            extended_expires_at: extended_life
                .map(|span| now.saturating_add(span.min(LONGEST_LIFE))),
            scopes: members.take_scopes()?,
            refresh_token: members.take_secret("refresh_token")?,
            id_token: members.take_secret("id_token")?,
            // It serves as a name in the cache; one that cannot be read is none.
            account: members
                .take_text("client_info")
                .ok()
                .flatten()
                .and_then(|text| AccountId::from_client_info(&text)),
        })
    }
}

pub(crate) fn refresh_in_or_half(refresh_in: Option<Duration>, life: Duration) -> Option<Duration> {
    match refresh_in {
        Some(span) => (span < life).then_some(span),
        None => (life > LONG_LIFE).then_some(life / 2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::answer::MAX_BODY_SIZE;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_700_000_000);
    const NO_HEADER: (&str, &str) = ("", "");
    const TOKEN: &str = "eyJ0eXAiOiJKV1QifQ.eyJhdWQiOiJ4In0.c2lnbmF0dXJl";

    fn response(status: u16, headers: &[(&str, &str)], body: &str) -> Response<Vec<u8>> {
        let mut response = Response::builder().status(status);
        for (name, value) in headers.iter().filter(|header| **header != NO_HEADER) {
            response = response.header(*name, *value);
        }
        response.body(body.as_bytes().to_vec()).unwrap()
    }

    fn success(members: &str) -> Result<TokenResponse, Error> {
        TokenResponse::from_http(&response(200, &[], &format!("{{{members}}}")), NOW)
    }

    fn with(extra: &str) -> String {
        format!(r#""token_type":"Bearer","access_token":"{TOKEN}","expires_in":3599{extra}"#)
    }

    fn later(seconds: u64) -> Timestamp {
        NOW.saturating_add(Duration::from_secs(seconds))
    }

    #[test]
    fn the_recorded_success_is_read() {
        let token = success(&format!(
            r#""token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"access_token":"{TOKEN}""#
        ))
        .unwrap();
        let expected = TokenResponse {
            access_token: Secret::new(TOKEN),
            obtained_at: NOW,
            expires_at: later(3599),
            refresh_at: None,
            extended_expires_at: Some(later(3599)),
            scopes: None,
            refresh_token: None,
            id_token: None,
            account: None,
        };
        assert_eq!(token, expected);
    }

    #[test]
    fn a_user_s_token_brings_more() {
        let token = success(&with(r#","scope":"api://a/read openid","refresh_token":"1.AVgA","id_token":"a.b.c","foci":"1""#)).unwrap();
        assert_eq!(token.scopes.unwrap().to_string(), "api://a/read openid");
        assert_eq!(token.refresh_token, Some(Secret::new("1.AVgA")));
        assert_eq!(token.id_token, Some(Secret::new("a.b.c")));
    }

    #[test]
    fn times_are_numbers_or_their_digits() {
        let rows = [
            ("number", "3599", "", Some((3599, None))),
            ("text", r#""3599""#, "", Some((3599, None))),
            ("one second", "1", "", Some((1, None))),
            (
                "a year",
                "31622400",
                "",
                Some((31_622_400, Some(15_811_200))),
            ),
            (
                "up to two hours no half-life",
                "7200",
                "",
                Some((7200, None)),
            ),
            ("longer ones have one", "7201", "", Some((7201, Some(3600)))),
            ("a day", "86399", "", Some((86_399, Some(43_199)))),
            (
                "the server's time to renew",
                "86399",
                r#","refresh_in":43200"#,
                Some((86_399, Some(43_200))),
            ),
            (
                "as text",
                "86399",
                r#","refresh_in":"100""#,
                Some((86_399, Some(100))),
            ),
            (
                "at once",
                "3599",
                r#","refresh_in":0"#,
                Some((3599, Some(0))),
            ),
            (
                "not before the end",
                "3599",
                r#","refresh_in":3599"#,
                Some((3599, None)),
            ),
            (
                "null is nothing",
                "3599",
                r#","refresh_in":null"#,
                Some((3599, None)),
            ),
            ("zero", "0", "", None),
            ("more than a year", "31622401", "", None),
            ("an absolute time", "1700003599", "", None),
            ("overflow", "18446744073709551616", "", None),
            ("overflow as text", r#""18446744073709551616""#, "", None),
            ("negative", "-1", "", None),
            ("fraction", "3599.5", "", Some((3599, None))),
            ("fraction as text", r#""3599.5 ""#, "", Some((3599, None))),
            ("exponent", "1e3", "", Some((1000, None))),
            ("beyond all numbers", "1e300", "", None),
            ("exponent as text", r#""1e3""#, "", None),
            ("two points", r#""1.2.3""#, "", None),
            ("null", "null", "", None),
            ("empty text", r#""""#, "", None),
            ("text with a sign", r#""+3599""#, "", None),
            ("words", r#""soon""#, "", None),
            ("array", "[3599]", "", None),
            (
                "bad time to renew",
                "3599",
                r#","refresh_in":"x""#,
                Some((3599, None)),
            ),
            (
                "bad extended life",
                "3599",
                r#","ext_expires_in":-1"#,
                Some((3599, None)),
            ),
        ];
        for (name, expires_in, extra, expected) in rows {
            let members = format!(
                r#""token_type":"Bearer","access_token":"{TOKEN}","expires_in":{expires_in}{extra}"#
            );
            let times = success(&members)
                .ok()
                .map(|token| (token.expires_at, token.refresh_at));
            let expected = expected
                .map(|(expires, refresh): (u64, Option<u64>)| (later(expires), refresh.map(later)));
            assert_eq!(times, expected, "{name}");
        }
    }

    #[test]
    fn a_doubtful_success_is_no_success() {
        let rows = [
            ("nothing", String::new(), "no `token_type`"),
            (
                "no type",
                r#""access_token":"a","expires_in":1"#.to_owned(),
                "no `token_type`",
            ),
            (
                "other type",
                r#""token_type":"pop","access_token":"a","expires_in":1"#.to_owned(),
                "other than `Bearer`",
            ),
            (
                "type no text",
                r#""token_type":1,"access_token":"a","expires_in":1"#.to_owned(),
                "`token_type` that is no text",
            ),
            (
                "no token",
                r#""token_type":"Bearer","expires_in":1"#.to_owned(),
                "no `access_token`",
            ),
            (
                "null token",
                r#""token_type":"Bearer","access_token":null,"expires_in":1"#.to_owned(),
                "no `access_token`",
            ),
            (
                "empty token",
                r#""token_type":"Bearer","access_token":"","expires_in":1"#.to_owned(),
                "empty or not",
            ),
            (
                "token with a line break",
                r#""token_type":"Bearer","access_token":"a\r\nX: y","expires_in":1"#.to_owned(),
                "empty or not",
            ),
            (
                "token with a blank",
                r#""token_type":"Bearer","access_token":"a b","expires_in":1"#.to_owned(),
                "empty or not",
            ),
            (
                "token with an accent",
                r#""token_type":"Bearer","access_token":"é","expires_in":1"#.to_owned(),
                "empty or not",
            ),
            (
                "token no text",
                r#""token_type":"Bearer","access_token":{"a":1},"expires_in":1"#.to_owned(),
                "no text",
            ),
            (
                "no end",
                r#""token_type":"Bearer","access_token":"a""#.to_owned(),
                "no `expires_in`",
            ),
            (
                "bad refresh token",
                with(r#","refresh_token":"a\nb""#),
                "`refresh_token` that is empty or not",
            ),
            (
                "bad id token",
                with(r#","id_token":"""#),
                "`id_token` that is empty or not",
            ),
            (
                "scope no text",
                with(r#","scope":["a",7]"#),
                "`scope` that is neither text nor a list of texts",
            ),
            (
                "scope with a control",
                with(r#","scope":"a\u001b[31m""#),
                "characters that scopes cannot have",
            ),
            (
                "two tokens",
                with(r#","access_token":"b""#),
                "same member twice",
            ),
            (
                "two ends",
                with(r#","expires_in":99999"#),
                "same member twice",
            ),
            (
                "two types, one hidden",
                with(r#","token\u005ftype":"pop""#),
                "same member twice",
            ),
        ];
        for (name, members, expected) in rows {
            let error = success(&members).expect_err(name);
            assert!(matches!(error, Error::Unacceptable(_)), "{name}");
            assert!(error.to_string().contains(expected), "{name}: {error}");
            assert!(!format!("{error:?}").contains(TOKEN), "{name}");
        }
    }

    #[test]
    fn the_type_is_compared_without_case_and_an_empty_scope_is_none() {
        for token_type in ["Bearer", "bearer", "BEARER"] {
            assert!(
                success(&format!(
                    r#""token_type":"{token_type}","access_token":"a","expires_in":1"#
                ))
                .is_ok()
            );
        }
        assert_eq!(success(&with(r#","scope":"""#)).unwrap().scopes, None);
    }

    #[test]
    fn answers_that_are_no_json_are_named_but_never_quoted() {
        let html = "<!DOCTYPE html><title>S3cr3t</title>";
        let truncated = format!(r#"{{"token_type":"Bearer","access_token":"{TOKEN}"#);
        let deep = format!(r#"{{"S3cr3t":{}"#, "[".repeat(5000));
        let large = format!(r#"{{"S3cr3t":"{}"}}"#, "a".repeat(MAX_BODY_SIZE));
        let rows = [
            (
                "HTML with 200",
                200,
                ("content-type", "text/html; charset=utf-8"),
                html,
                "HTTP 200 with an HTML page",
            ),
            (
                "HTML undeclared",
                200,
                NO_HEADER,
                html,
                "HTTP 200 with an HTML page",
            ),
            (
                "HTML from a proxy",
                502,
                ("content-type", "Text/HTML"),
                "Bad gateway S3cr3t",
                "HTTP 502 with an HTML page",
            ),
            ("nothing", 200, NO_HEADER, "", "HTTP 200 with an empty body"),
            (
                "nothing, declared HTML",
                200,
                ("content-type", "text/html"),
                "",
                "HTTP 200 with an empty body",
            ),
            (
                "broken off",
                200,
                NO_HEADER,
                truncated.as_str(),
                "JSON that breaks off",
            ),
            (
                "form",
                200,
                NO_HEADER,
                "access_token=S3cr3t",
                "something that is not JSON",
            ),
            (
                "array",
                200,
                NO_HEADER,
                r#"["S3cr3t"]"#,
                "JSON that is not an object",
            ),
            ("deep", 200, NO_HEADER, &deep, "nested too deeply"),
            ("large", 200, NO_HEADER, &large, "more than 1048576 bytes"),
            (
                "redirect",
                302,
                ("location", "https://evil.test/S3cr3t"),
                "",
                "a redirect (HTTP 302)",
            ),
            (
                "redirect with a token",
                307,
                NO_HEADER,
                r#"{"error":"S3cr3t"}"#,
                "a redirect (HTTP 307)",
            ),
            (
                "other success",
                201,
                NO_HEADER,
                &format!("{{{}}}", with("")),
                "HTTP 201 without an `error`",
            ),
            (
                "unexplained refusal",
                403,
                NO_HEADER,
                r#"{"message":"S3cr3t"}"#,
                "HTTP 403 without an `error`",
            ),
            (
                "error of another protocol",
                400,
                NO_HEADER,
                r#"{"error":{"code":"S3cr3t"}}"#,
                "HTTP 400 with an `error` that is no text",
            ),
        ];
        for (name, status, header, body, expected) in rows {
            let error =
                TokenResponse::from_http(&response(status, &[header], body), NOW).expect_err(name);
            let Error::Unacceptable(unacceptable) = &error else {
                panic!("{name}: {error:?}")
            };
            assert_eq!(unacceptable.status, Some(status), "{name}");
            assert!(error.to_string().contains(expected), "{name}: {error}");
            let shown = format!("{error} {error:?} {:?}", error.hint());
            assert!(
                !shown.contains("S3cr3t") && !shown.contains(TOKEN),
                "{name}: {shown}"
            );
        }
    }

    #[test]
    fn an_error_is_a_refusal_whatever_the_status() {
        for status in [200, 400, 401, 429, 503] {
            let body = format!(
                r#"{{"error":"invalid_client","error_codes":[7000215],{}}}"#,
                with("")
            );
            let error =
                TokenResponse::from_http(&response(status, &[("retry-after", "30")], &body), NOW)
                    .unwrap_err();
            let Error::Refused(refusal) = error else {
                panic!("{status}")
            };
            assert_eq!(
                (refusal.status, refusal.error.as_str()),
                (status, "invalid_client")
            );
            assert_eq!(refusal.retry_after, Some(Duration::from_secs(30)));
        }
    }

    #[test]
    fn waiting_times_survive_answers_without_sense() {
        let date = "Tue, 14 Nov 2023 22:14:20 GMT";
        let rows = [
            ("throttled, no body", 429, "60", "", Some(60), true),
            ("outage, HTML", 503, "2.128", "<html>", Some(3), true),
            ("outage, date", 503, date, "", Some(60), true),
            ("outage, no sense", 503, "soon", "", None, true),
            ("refused by a proxy", 403, "60", "<html>", Some(60), false),
        ];
        for (name, status, header, body, seconds, transient) in rows {
            let error =
                TokenResponse::from_http(&response(status, &[("retry-after", header)], body), NOW)
                    .unwrap_err();
            assert_eq!(
                error.retry_after().map(|span| span.as_secs()),
                seconds,
                "{name}"
            );
            assert_eq!(error.is_transient(), transient, "{name}");
        }
    }

    #[test]
    fn debug_output_shows_no_token() {
        let token = success(&with(r#","refresh_token":"1.AVgA""#)).unwrap();
        let shown = format!("{token:?}");
        assert!(!shown.contains(TOKEN) && !shown.contains("AVgA"), "{shown}");
    }
}
