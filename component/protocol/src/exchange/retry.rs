//! Whether to send a request again, and when.
//!
//! [RFC 9110 section 10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3): only a server that says when to come back is asked
//! again. Token requests are safe to repeat, except that a code is good for one try. Bounded, so that a loop never becomes a storm:
//! Entra answers that with longer bans.

use std::time::Duration;

use crate::refusal::error::Error;

/// Longer than this nobody waits at a prompt: the error says how long it would have been.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60);

/// The first request and two more.
const ATTEMPTS: u32 = 3;

/// What was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exchange {
    /// A request that changes nothing if it is repeated.
    Repeatable,
    /// The redemption of an authorization code.
    Once,
}

/// What to do after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Wait for so long, then send the request again.
    After(Duration),
    /// Report the failure.
    GiveUp,
}

/// Judges an error after `attempt` requests (1 after the first).
pub fn after_error(error: &Error, exchange: Exchange, attempt: u32) -> Retry {
    let status = match error {
        Error::Refused(refusal) => Some(refusal.status),
        Error::Unacceptable(answer) => answer.status,
        Error::Impossible(_) => None,
    };
    let may_repeat = exchange == Exchange::Repeatable && attempt < ATTEMPTS;
    match (status, error.retry_after()) {
        (Some(429 | 503), Some(span)) if may_repeat && span <= LONGEST_RETRY_AFTER => {
            Retry::After(span)
        }
        _ => Retry::GiveUp,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refusal::server_error::ServerError;
    use crate::refusal::unacceptable::Unacceptable;
    use crate::value::impossible::Impossible;

    fn refusal(status: u16, error: &str, retry_after: Option<u64>) -> Error {
        Error::from(ServerError {
            status,
            error: error.to_owned(),
            retry_after: retry_after.map(Duration::from_secs),
            ..ServerError::default()
        })
    }

    fn garbage(status: u16, retry_after: Option<u64>) -> Error {
        let span = retry_after.map(Duration::from_secs);
        Error::from(Unacceptable::new("an HTML page").with_answer(status, span))
    }

    fn seconds(retry: Retry) -> Option<u64> {
        match retry {
            Retry::After(span) => Some(span.as_secs()),
            Retry::GiveUp => None,
        }
    }

    #[test]
    fn only_who_is_told_when_to_come_back_comes_back() {
        let rows = [
            ("throttled", refusal(429, "x", Some(30)), Some(30)),
            (
                "throttled, at the limit",
                refusal(429, "x", Some(60)),
                Some(60),
            ),
            ("throttled for long", refusal(429, "x", Some(61)), None),
            ("throttled, no time", refusal(429, "x", None), None),
            ("throttled by a page", garbage(429, Some(2)), Some(2)),
            ("outage", refusal(503, "x", Some(5)), Some(5)),
            ("outage by a page", garbage(503, Some(5)), Some(5)),
            ("outage, at once", garbage(503, Some(0)), Some(0)),
            ("outage, no time", garbage(503, None), None),
            ("defect", garbage(500, Some(1)), None),
            ("gateway", garbage(502, Some(1)), None),
            ("gateway timeout", garbage(504, Some(1)), None),
            ("timeout", garbage(408, Some(1)), None),
            (
                "busy",
                refusal(400, "temporarily_unavailable", Some(1)),
                None,
            ),
            (
                "wrong secret",
                refusal(401, "invalid_client", Some(1)),
                None,
            ),
            ("looping", refusal(400, "invalid_grant", Some(1)), None),
            ("update of the platform", garbage(410, Some(1)), None),
            ("redirect", garbage(302, Some(1)), None),
            ("nonsense", garbage(200, Some(1)), None),
            ("impossible", Error::from(Impossible::new("x")), None),
        ];
        for (name, error, expected) in rows {
            let retry = after_error(&error, Exchange::Repeatable, 1);
            assert_eq!(seconds(retry), expected, "{name}");
        }
    }

    #[test]
    fn attempts_are_counted_and_a_code_has_one() {
        let busy = garbage(503, Some(1));
        for (exchange, expected) in [(Exchange::Repeatable, 3), (Exchange::Once, 1)] {
            let attempts =
                (1..100).find(|attempt| after_error(&busy, exchange, *attempt) == Retry::GiveUp);
            assert_eq!(attempts, Some(expected), "{exchange:?}");
        }
        let many = after_error(&busy, Exchange::Repeatable, u32::MAX);
        assert_eq!(many, Retry::GiveUp);
    }
}
