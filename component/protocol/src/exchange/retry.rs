//! Whether to send a request again, and when.
//!
//! Requests for tokens change nothing, so that repeating them is safe; the redemption of a code is not, for it is good for one try.
//! Who asked to wait is given the time ([RFC 9110 section 10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3)). Bounded,
//! with growing pauses that differ from client to client, so that a stumble never becomes a storm.

use std::time::Duration;

use crate::refusal::error::Error;
use crate::refusal::peer::Peer;

/// Longer than this nobody waits for a server that asks to be left alone: the error says how long it would have been.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60);

/// The first pause; each further one is twice as long. Three of them outlast the restart of a gateway.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// Pauses grow no further: an endpoint that is back should not wait for its client.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// So long the identity endpoint of a platform may be gone while it is updated: 70 seconds
/// ([error handling](https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token#error-handling)),
/// and some for the clock that says so.
const LONGEST_UPDATE: Duration = Duration::from_secs(80);

/// So long one of several attempts may take. A connection that was lost on the way is never heard of again; the slowest
/// answers that were seen take ten seconds.
pub const LONGEST_ATTEMPT: Duration = Duration::from_secs(30);

/// Numbers by which Entra says that it had a stumble, whatever `error` and status say: they may add an attempt, and decide
/// nothing else. The directory is not available, a step took too long, the external issuer's keys could not be read.
const STUMBLES: [u64; 8] = [50033, 50166, 51005, 90012, 90024, 90033, 90061, 90090];

/// What is sent, and to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// Who is asked.
    pub peer: Peer,
    /// Whether it may be sent again.
    pub repetition: Repetition,
}

/// What sending a request twice would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repetition {
    /// Nothing that sending it once did not.
    Harmless,
    /// Harm: the redemption of an authorization code, or a request that nobody waits for.
    Forbidden,
}

impl Exchange {
    /// A request that changes nothing if it is repeated.
    pub const fn repeatable(peer: Peer) -> Self {
        Self {
            peer,
            repetition: Repetition::Harmless,
        }
    }

    /// A request that is sent once.
    pub const fn once(peer: Peer) -> Self {
        Self {
            peer,
            repetition: Repetition::Forbidden,
        }
    }
}

/// What came of an attempt.
#[derive(Clone, Copy, Debug)]
pub enum Outcome<'a> {
    /// An answer that is none.
    Answered(&'a Error),
    /// No answer.
    Unanswered(Silence),
}

/// Why there was no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// Nobody was reached: no address, no connection.
    Unreachable,
    /// The connection broke before the answer was whole.
    BrokenOff,
    /// The time ran out.
    TimedOut,
    /// Something that time does not change, such as a server that cannot prove who it is.
    Lasting,
}

/// How far it got.
#[derive(Clone, Copy, Debug)]
pub struct Attempts {
    /// How many requests were sent.
    pub count: u32,
    /// How long it took since the first was made.
    pub elapsed: Duration,
    /// How much of the caller's time is left, if it is limited.
    pub remaining: Option<Duration>,
}

/// What to do after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Wait for so long, then send the request again.
    After(Duration),
    /// Report the failure.
    GiveUp,
}

/// Judges an attempt. `jitter` is any number; clients that draw different ones do not come back together.
pub fn after(outcome: Outcome<'_>, exchange: Exchange, attempts: Attempts, jitter: u32) -> Retry {
    if exchange.repetition == Repetition::Forbidden || !may_help(outcome, exchange.peer, attempts) {
        return Retry::GiveUp;
    }
    let asked = match outcome {
        Outcome::Answered(error) => error.retry_after().unwrap_or_default(),
        Outcome::Unanswered(_) => Duration::ZERO,
    };
    if asked > LONGEST_RETRY_AFTER {
        return Retry::GiveUp;
    }
    // Never sooner than was asked.
    let pause = spread(pause(attempts.count), jitter).max(asked);
    match attempts.remaining {
        // Whoever waits so long in vain would rather know now.
        Some(remaining) if pause >= remaining => Retry::GiveUp,
        _ => Retry::After(pause),
    }
}

fn may_help(outcome: Outcome<'_>, peer: Peer, attempts: Attempts) -> bool {
    match outcome {
        Outcome::Answered(error) if is_update(error, peer) => attempts.elapsed < LONGEST_UPDATE,
        Outcome::Answered(error) => is_stumble(error) && attempts.count < most_attempts(peer),
        Outcome::Unanswered(Silence::Unreachable | Silence::BrokenOff) => {
            attempts.count < most_attempts(peer)
        }
        // It took long already.
        Outcome::Unanswered(Silence::TimedOut) => attempts.count < 2,
        Outcome::Unanswered(Silence::Lasting) => false,
    }
}

/// The platforms' guidance is more patient, because nothing else can be done there.
const fn most_attempts(peer: Peer) -> u32 {
    match peer {
        Peer::Platform(_) => 5,
        Peer::Authority | Peer::GithubActions | Peer::AzurePipelines | Peer::Graph => 4,
    }
}

/// The identity endpoint is gone for as long as its update takes.
fn is_update(error: &Error, peer: Peer) -> bool {
    let status = match error {
        Error::Refused(refusal) => Some(refusal.status),
        Error::Unacceptable(answer) => answer.status,
        Error::Impossible(_) => None,
    };
    matches!(peer, Peer::Platform(_)) && status == Some(410)
}

fn is_stumble(error: &Error) -> bool {
    let is_numbered = match error {
        Error::Refused(refusal) => refusal.codes.iter().any(|code| STUMBLES.contains(code)),
        Error::Unacceptable(_) | Error::Impossible(_) => false,
    };
    is_numbered || error.is_transient()
}

fn pause(count: u32) -> Duration {
    let doublings = count.saturating_sub(1);
    FIRST_PAUSE
        .saturating_mul(1_u32.checked_shl(doublings).unwrap_or(u32::MAX))
        .min(LONGEST_PAUSE)
}

/// A quarter less to a quarter more.
fn spread(pause: Duration, jitter: u32) -> Duration {
    pause.mul_f64(0.75 + 0.5 * f64::from(jitter) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refusal::peer::Platform;
    use crate::refusal::server_error::ServerError;
    use crate::refusal::unacceptable::Unacceptable;
    use crate::value::impossible::Impossible;

    const MIDDLE: u32 = u32::MAX / 2;
    const TOKENS: Exchange = Exchange::repeatable(Peer::Authority);
    const IMDS: Exchange = Exchange::repeatable(Peer::Platform(Platform::Imds));

    fn refusal(status: u16, error: &str, codes: &[u64], retry_after: Option<u64>) -> Error {
        Error::from(ServerError {
            status,
            error: error.to_owned(),
            codes: codes.to_vec(),
            retry_after: retry_after.map(Duration::from_secs),
            ..ServerError::default()
        })
    }

    fn page(peer: Peer, status: u16, retry_after: Option<u64>) -> Error {
        let span = retry_after.map(Duration::from_secs);
        let answer = Unacceptable::new("a page").with_answer(status, span);
        Error::from(answer.transient(peer.is_transient(status)))
    }

    fn cut() -> Error {
        let answer = Unacceptable::new("nothing").with_answer(200, None);
        Error::from(answer.transient(true))
    }

    fn attempts(count: u32, elapsed: u64) -> Attempts {
        Attempts {
            count,
            elapsed: Duration::from_secs(elapsed),
            remaining: None,
        }
    }

    fn seconds(retry: Retry) -> Option<u64> {
        match retry {
            Retry::After(span) => Some(span.as_secs_f64().round() as u64),
            Retry::GiveUp => None,
        }
    }

    fn first(error: &Error, exchange: Exchange) -> Option<u64> {
        let outcome = Outcome::Answered(error);
        seconds(after(outcome, exchange, attempts(1, 0), MIDDLE))
    }

    #[test]
    fn what_may_pass_is_tried_again() {
        let authority = |status, after| page(Peer::Authority, status, after);
        let rows = [
            ("timeout", authority(408, None), Some(1)),
            ("throttled", authority(429, None), Some(1)),
            ("defect", authority(500, None), Some(1)),
            ("gateway", authority(502, None), Some(1)),
            ("outage", authority(503, None), Some(1)),
            ("gateway timeout", authority(504, None), Some(1)),
            ("a gateway's own number", authority(522, None), Some(1)),
            ("nothing in place of a token", cut(), Some(1)),
            (
                "busy",
                refusal(400, "temporarily_unavailable", &[], None),
                Some(1),
            ),
            (
                "busy by number",
                refusal(400, "invalid_request", &[90033], None),
                Some(1),
            ),
            (
                "outage, by Entra",
                refusal(503, "server_error", &[], None),
                Some(1),
            ),
            ("asked to wait", authority(503, Some(5)), Some(5)),
            (
                "asked to wait by a gateway",
                authority(502, Some(5)),
                Some(5),
            ),
            (
                "asked for less than is wise",
                authority(503, Some(0)),
                Some(1),
            ),
            (
                "asked to wait, at the limit",
                authority(429, Some(60)),
                Some(60),
            ),
            ("asked to wait for long", authority(429, Some(61)), None),
            ("not there", authority(404, None), None),
            ("gone", authority(410, None), None),
            ("not implemented", authority(501, None), None),
            ("redirect", authority(302, Some(1)), None),
            ("nonsense", authority(200, Some(1)), None),
            (
                "wrong secret",
                refusal(401, "invalid_client", &[7_000_215], Some(1)),
                None,
            ),
            (
                "looping",
                refusal(400, "invalid_grant", &[50196], Some(1)),
                None,
            ),
            ("impossible", Error::from(Impossible::new("x")), None),
        ];
        for (name, error, expected) in rows {
            assert_eq!(first(&error, TOKENS), expected, "{name}");
            // What is good for one try has one.
            assert_eq!(
                first(&error, Exchange::once(Peer::Authority)),
                None,
                "{name}"
            );
        }
    }

    #[test]
    fn a_platform_may_be_gone_for_a_while_but_knows_its_identities() {
        let imds = |status| page(IMDS.peer, status, None);
        for status in [404, 408, 410, 429, 500, 502, 503, 504] {
            assert_eq!(first(&imds(status), IMDS), Some(1), "{status}");
        }
        for status in [400, 401, 403, 405] {
            assert_eq!(first(&imds(status), IMDS), None, "{status}");
        }
        let unknown = refusal(400, "invalid_request", &[], None);
        assert_eq!(first(&unknown, IMDS), None);
        // An update outlasts the attempts that are enough for everything else.
        for (status, count, elapsed, expected) in [
            (410, 5, 15, Some(10)),
            (410, 9, 71, Some(10)),
            (410, 10, 80, None),
            (404, 4, 7, Some(8)),
            (404, 5, 15, None),
            (503, 5, 15, None),
        ] {
            let error = imds(status);
            let outcome = Outcome::Answered(&error);
            let retry = after(outcome, IMDS, attempts(count, elapsed), MIDDLE);
            assert_eq!(seconds(retry), expected, "{status} {count} {elapsed}");
        }
    }

    #[test]
    fn silence_is_tried_again_unless_it_lasts() {
        for (silence, expected) in [
            (Silence::Unreachable, 4),
            (Silence::BrokenOff, 4),
            (Silence::TimedOut, 2),
            (Silence::Lasting, 1),
        ] {
            let outcome = Outcome::Unanswered(silence);
            let gave_up =
                |count: &u32| after(outcome, TOKENS, attempts(*count, 0), MIDDLE) == Retry::GiveUp;
            assert_eq!((1..100).find(gave_up), Some(expected), "{silence:?}");
            let once = Exchange::once(Peer::Authority);
            let retry = after(outcome, once, attempts(1, 0), MIDDLE);
            assert_eq!(retry, Retry::GiveUp, "{silence:?}");
        }
    }

    #[test]
    fn pauses_grow_differ_and_end() {
        let busy = page(Peer::Authority, 503, None);
        let pause = |exchange, count, jitter| {
            let outcome = Outcome::Answered(&busy);
            after(outcome, exchange, attempts(count, 0), jitter)
        };
        let millis = |retry| match retry {
            Retry::After(span) => span.as_millis(),
            Retry::GiveUp => 0,
        };
        for (count, least, most) in [(1, 750, 1250), (2, 1500, 2500), (3, 3000, 5000)] {
            assert_eq!(millis(pause(TOKENS, count, 0)), least);
            assert_eq!(millis(pause(TOKENS, count, u32::MAX)), most);
        }
        assert_eq!(pause(TOKENS, 4, MIDDLE), Retry::GiveUp);
        assert_eq!(pause(IMDS, 5, MIDDLE), Retry::GiveUp);
        assert_eq!(pause(TOKENS, u32::MAX, MIDDLE), Retry::GiveUp);
        assert_eq!(super::pause(u32::MAX), LONGEST_PAUSE);
    }

    #[test]
    fn nobody_waits_past_the_limit_in_vain() {
        let throttled = page(Peer::Authority, 429, Some(30));
        for (remaining, expected) in [(None, Some(30)), (Some(31), Some(30)), (Some(30), None)] {
            let attempts = Attempts {
                remaining: remaining.map(Duration::from_secs),
                ..attempts(1, 0)
            };
            let retry = after(Outcome::Answered(&throttled), TOKENS, attempts, MIDDLE);
            assert_eq!(seconds(retry), expected, "{remaining:?}");
        }
    }
}
