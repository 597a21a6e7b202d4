//! Whether to send a request again, and when.
//!
//! [RFC 9110 section 9.2.2](https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2): token requests are safe to repeat, except that a code
//! is good for one try. Bounded, so that a loop never becomes a storm: Entra answers that with longer bans.

use std::time::Duration;

use crate::error::Error;

/// Longer than this nobody waits at a prompt: the error says how long it would have been.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60);

/// What was sent, for each has its own rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exchange {
    /// A token request that changes nothing if it is repeated.
    Token,
    /// A token request while a person waits at the terminal.
    Interactive,
    /// The redemption of an authorization code: never repeated.
    CodeRedemption,
    /// The metadata service of a virtual machine, which can be away for a minute while it is updated.
    InstanceMetadata,
    /// Another identity endpoint of the platform.
    Platform,
}

/// What to do after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Wait for so long, then send the request again.
    After(Duration),
    /// Report the failure.
    GiveUp,
}

/// Judges an error after `attempt` requests (1 after the first); `random` spreads those who failed together.
pub fn after_error(error: &Error, exchange: Exchange, attempt: u32, random: u8) -> Retry {
    let status = match error {
        Error::Refused(refusal) => Some(refusal.status),
        Error::Unacceptable(answer) => answer.status,
        Error::Impossible(_) => None,
    };
    let (is_passing, attempts) = match (exchange, status) {
        // Documented for updates that take up to 70 seconds.
        (Exchange::InstanceMetadata, Some(410)) => {
            return fixed(Duration::from_secs(10), attempt, 8);
        }
        (Exchange::InstanceMetadata, Some(404)) => (true, 4),
        (Exchange::InstanceMetadata, _) => (error.is_transient(), 4),
        (Exchange::Platform, Some(404)) => return fixed(Duration::from_secs(1), attempt, 4),
        (Exchange::Platform, _) => (error.is_transient(), 4),
        (Exchange::Token, _) => (error.is_transient(), 3),
        (Exchange::Interactive, _) => (error.is_transient(), 2),
        (Exchange::CodeRedemption, _) => return Retry::GiveUp,
    };
    if !is_passing || attempt >= attempts {
        return Retry::GiveUp;
    }
    match error.retry_after() {
        Some(span) if span > LONGEST_RETRY_AFTER => Retry::GiveUp,
        Some(span) => Retry::After(span),
        None => Retry::After(spread(doubled(attempt), random)),
    }
}

/// Judges a failure to get any answer: no connection, or none in time.
pub fn after_no_answer(exchange: Exchange, attempt: u32, random: u8) -> Retry {
    let attempts = match exchange {
        Exchange::Token => 3,
        Exchange::Interactive | Exchange::Platform => 2,
        // The code may have been taken; and where there is no metadata service there will be none.
        Exchange::CodeRedemption | Exchange::InstanceMetadata => 1,
    };
    if attempt >= attempts {
        return Retry::GiveUp;
    }
    Retry::After(spread(doubled(attempt), random))
}

const fn fixed(span: Duration, attempt: u32, attempts: u32) -> Retry {
    if attempt < attempts {
        Retry::After(span)
    } else {
        Retry::GiveUp
    }
}

/// 1, 2, 4 seconds.
fn doubled(attempt: u32) -> Duration {
    let exponent = attempt.saturating_sub(1).min(5);
    Duration::from_secs(1 << exponent)
}

/// From three quarters to five quarters of the span.
fn spread(span: Duration, random: u8) -> Duration {
    span.mul_f64(0.75 + f64::from(random) / 510.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Impossible, Unacceptable};
    use crate::server_error::ServerError;

    fn refusal(status: u16, error: &str, retry_after: Option<u64>) -> Error {
        Error::from(ServerError {
            status,
            error: error.to_owned(),
            retry_after: retry_after.map(Duration::from_secs),
            ..ServerError::default()
        })
    }

    fn garbage(status: u16) -> Error {
        Error::from(Unacceptable::new("an HTML page").with_answer(status, None))
    }

    fn seconds(retry: Retry) -> Option<f64> {
        match retry {
            Retry::After(span) => Some(span.as_secs_f64()),
            Retry::GiveUp => None,
        }
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        let rows = [
            ("outage", garbage(503), 1, Some(0.75)),
            ("outage, second", garbage(503), 2, Some(1.5)),
            ("outage, third", garbage(503), 3, None),
            ("gateway", garbage(502), 1, Some(0.75)),
            ("timeout", garbage(408), 1, Some(0.75)),
            (
                "busy",
                refusal(400, "temporarily_unavailable", None),
                1,
                Some(0.75),
            ),
            ("throttled", refusal(429, "x", Some(30)), 1, Some(30.0)),
            (
                "throttled, at the limit",
                refusal(429, "x", Some(60)),
                1,
                Some(60.0),
            ),
            ("throttled for long", refusal(429, "x", Some(61)), 1, None),
            ("at once", refusal(503, "x", Some(0)), 1, Some(0.0)),
            (
                "wrong secret",
                refusal(401, "invalid_client", None),
                1,
                None,
            ),
            (
                "wrong secret with a wait",
                refusal(401, "invalid_client", Some(1)),
                1,
                None,
            ),
            ("looping", refusal(400, "invalid_grant", None), 1, None),
            ("redirect", garbage(302), 1, None),
            ("nonsense", garbage(200), 1, None),
            ("impossible", Error::from(Impossible::new("x")), 1, None),
            ("many", garbage(503), u32::MAX, None),
        ];
        for (name, error, attempt, expected) in rows {
            let retry = after_error(&error, Exchange::Token, attempt, 0);
            assert_eq!(seconds(retry), expected, "{name}");
        }
    }

    #[test]
    fn each_exchange_has_its_number_of_attempts() {
        let rows = [
            (Exchange::Token, 503, 3),
            (Exchange::Interactive, 503, 2),
            (Exchange::CodeRedemption, 503, 1),
            (Exchange::CodeRedemption, 429, 1),
            (Exchange::InstanceMetadata, 503, 4),
            (Exchange::InstanceMetadata, 404, 4),
            (Exchange::InstanceMetadata, 410, 8),
            (Exchange::InstanceMetadata, 400, 1),
            (Exchange::Platform, 500, 4),
            (Exchange::Platform, 404, 4),
            (Exchange::Platform, 400, 1),
            (Exchange::Token, 404, 1),
        ];
        for (exchange, status, expected) in rows {
            let attempts = (1..100).find(|attempt| {
                after_error(&garbage(status), exchange, *attempt, 7) == Retry::GiveUp
            });
            assert_eq!(attempts, Some(expected), "{exchange:?} {status}");
        }
        for (exchange, expected) in [
            (Exchange::Token, 3),
            (Exchange::Interactive, 2),
            (Exchange::CodeRedemption, 1),
            (Exchange::InstanceMetadata, 1),
            (Exchange::Platform, 2),
        ] {
            let attempts =
                (1..100).find(|attempt| after_no_answer(exchange, *attempt, 7) == Retry::GiveUp);
            assert_eq!(attempts, Some(expected), "{exchange:?}");
        }
    }

    #[test]
    fn waits_are_spread_by_a_quarter_either_way() {
        for (random, expected) in [(0, 0.75), (255, 1.25), (51, 0.85)] {
            let wait = seconds(after_no_answer(Exchange::Token, 1, random)).unwrap();
            assert!((wait - expected).abs() < 1e-6, "{random}: {wait}");
        }
    }
}
