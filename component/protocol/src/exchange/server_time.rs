//! What the clock of the other side says.
//!
//! [RFC 9110 section 6.6.1](https://www.rfc-editor.org/rfc/rfc9110#section-6.6.1). An answer that came over TLS just now is a good
//! witness; clocks of laptops and virtual machines often are not.

use std::time::UNIX_EPOCH;

use http::header::DATE;
use http::{HeaderMap, Response};

use crate::refusal::error::Error;
use crate::value::clock_offset::ClockOffset;
use crate::value::time::Timestamp;

/// The time at which an answer was made, if it says.
pub(crate) fn server_time(headers: &HeaderMap) -> Option<Timestamp> {
    date(headers.get(DATE)?.to_str().ok()?)
}

/// The point in time that a date of HTTP names.
pub(crate) fn date(value: &str) -> Option<Timestamp> {
    let date = httpdate::parse_http_date(value.trim()).ok()?;
    let since = date.duration_since(UNIX_EPOCH).ok()?;
    Some(Timestamp::from_unix_seconds(since.as_secs()))
}

/// How far the clock that says `now` is from that of the server, if the answer tells.
pub fn clock_offset<B>(response: &Response<B>, now: Timestamp) -> Option<ClockOffset> {
    server_time(response.headers()).map(|server| ClockOffset::between(now, server))
}

/// Whether a proof that was made by a wrong clock may be why the server refused: one made by the server's is worth a try.
pub fn may_be_the_clock(error: &Error) -> bool {
    matches!(error, Error::Refused(refusal) if refusal.error == "invalid_client")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refusal::server_error::ServerError;

    #[test]
    fn the_date_of_an_answer_tells_the_offset() {
        let now = Timestamp::from_unix_seconds(784_111_777);
        let rows = [
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(0)),
            ("Sun, 06 Nov 1994 09:09:37 GMT", Some(1200)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(0)),
            ("1994-11-06", None),
            ("", None),
        ];
        for (date, expected) in rows {
            let response = Response::builder().header(DATE, date).body(()).unwrap();
            let offset = clock_offset(&response, now);
            let behind = offset.map(|offset| offset.at_server(now).saturating_since(now).as_secs());
            assert_eq!(behind, expected, "{date}");
        }
        assert_eq!(clock_offset(&Response::new(()), now), None);
    }

    #[test]
    fn a_refused_proof_may_be_the_clocks_fault() {
        for (error, expected) in [("invalid_client", true), ("invalid_grant", false)] {
            let refusal = ServerError {
                error: error.to_owned(),
                ..ServerError::default()
            };
            assert_eq!(may_be_the_clock(&refusal.into()), expected, "{error}");
        }
    }
}
