//! How long a server asks to be left alone.
//!
//! [RFC 9110 section 10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3): seconds or a date. Microsoft services have
//! been seen to send decimals, which are rounded up.

use std::time::Duration;

use http::HeaderMap;
use http::header::RETRY_AFTER;

use crate::exchange::server_time::{date, server_time};
use crate::value::time::Timestamp;

/// Nobody means more than a day; a greater number is an accident or an attempt to stop the client for good.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    // A date is one of the server's clock.
    let now = server_time(headers).unwrap_or(now);
    seconds(value)
        .or_else(|| date(value).map(|date| date.saturating_since(now)))
        .map(|span| span.min(LONGEST))
}

fn seconds(value: &str) -> Option<Duration> {
    let (whole, fraction) = value.split_once('.').unwrap_or((value, "0"));
    let is_number = |text: &str| {
        !text.is_empty() && text.len() <= 18 && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let whole: u64 = whole.parse().ok()?;
    let is_partial = fraction.bytes().any(|digit| digit != b'0');
    Some(Duration::from_secs(whole + u64::from(is_partial)))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    /// 1994-11-06T08:49:37Z, the date in RFC 9110.
    const NOW: Timestamp = Timestamp::from_unix_seconds(784_111_777);

    #[test]
    fn both_forms_and_nonsense() {
        let rows = [
            ("seconds", "60", Some(60)),
            ("zero", "0", Some(0)),
            ("blanks around", " 5 ", Some(5)),
            ("decimal as seen at Graph", "2.128", Some(3)),
            ("decimal that is whole", "2.000", Some(2)),
            (
                "date a minute ahead",
                "Sun, 06 Nov 1994 08:50:37 GMT",
                Some(60),
            ),
            ("date now", "Sun, 06 Nov 1994 08:49:37 GMT", Some(0)),
            ("date gone by", "Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("obsolete date", "Sunday, 06-Nov-94 08:50:37 GMT", Some(60)),
            ("more than a day", "999999999", Some(86400)),
            ("a year ahead", "Mon, 06 Nov 1995 08:49:37 GMT", Some(86400)),
            ("too many digits", "99999999999999999999999999", None),
            ("negative", "-1", None),
            ("sign", "+5", None),
            ("half a decimal", "2.", None),
            ("exponent", "1e3", None),
            ("words", "soon", None),
            ("empty", "", None),
        ];
        for (name, value, expected) in rows {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, HeaderValue::from_static(value));
            assert_eq!(
                retry_after(&headers, NOW).map(|span| span.as_secs()),
                expected,
                "{name}"
            );
        }
        assert_eq!(retry_after(&HeaderMap::new(), NOW), None, "no header");
    }

    #[test]
    fn a_date_counts_by_the_clock_that_named_it() {
        let mut headers = HeaderMap::new();
        let values = [
            (RETRY_AFTER, "Sun, 06 Nov 1994 10:00:30 GMT"),
            (http::header::DATE, "Sun, 06 Nov 1994 10:00:00 GMT"),
        ];
        for (name, value) in values {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let span = retry_after(&headers, NOW).unwrap();
        assert_eq!(span.as_secs(), 30);
    }

    #[test]
    fn bytes_that_are_no_text_are_no_answer() {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_bytes(b"\xff60").unwrap());
        assert_eq!(retry_after(&headers, NOW), None);
    }
}
