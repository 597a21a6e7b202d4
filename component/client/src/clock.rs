//! The host's clocks.

use std::time::Duration;

use protocol::value::time::Timestamp;

use crate::bindings::entra_auth::core::progress;
use crate::bindings::wasi::clocks::{monotonic_clock, wall_clock};
use crate::bindings::wasi::io::poll::{self, Pollable};

/// The time of day.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_unix_seconds(wall_clock::now().seconds)
}

/// What has passed since it was started, by the monotonic clock.
#[derive(Clone, Copy)]
pub(crate) struct Stopwatch(u64);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self(monotonic_clock::now())
    }

    pub(crate) fn elapsed(self) -> Duration {
        Duration::from_nanos(monotonic_clock::now().saturating_sub(self.0))
    }
}

/// The moment at which waiting ends, for all waits of one call together.
pub(crate) struct Deadline {
    limit: Option<Duration>,
    passed: Option<Pollable>,
    set: Stopwatch,
}

impl Deadline {
    /// A deadline `limit` from now, or none.
    pub(crate) fn after(limit: Option<Duration>) -> Self {
        Self {
            limit,
            passed: limit.map(timer),
            set: Stopwatch::start(),
        }
    }

    /// How long the whole call may take.
    pub(crate) fn limit(&self) -> Option<Duration> {
        self.limit
    }

    /// What is left of the limit, or of `otherwise` where there is none.
    pub(crate) fn remaining(&self, otherwise: Duration) -> Duration {
        self.limit
            .unwrap_or(otherwise)
            .saturating_sub(self.set.elapsed())
    }

    /// What is left of the limit, if there is one.
    pub(crate) fn left(&self) -> Option<Duration> {
        self.limit
            .map(|limit| limit.saturating_sub(self.set.elapsed()))
    }

    /// A deadline for a part of the call: this one, or `span` from now if that is sooner.
    pub(crate) fn within(&self, span: Option<Duration>) -> Self {
        Self::after(match (self.left(), span) {
            (Some(left), Some(span)) => Some(left.min(span)),
            (left, span) => left.or(span),
        })
    }

    /// Waits until `event` is ready; false if the deadline came first. Once it takes a while, the person is told that `what`
    /// is waited for.
    pub(crate) fn allows(&self, event: &Pollable, what: &str) -> bool {
        let soon = timer(NOTICEABLE);
        let first = match &self.passed {
            // The event is named first: when both are ready, it wins.
            Some(passed) => first_of(&[event, passed, &soon]),
            None => first_of(&[event, &soon]).map(|first| if first == 0 { 0 } else { 2 }),
        };
        match first {
            Some(2) => {
                drop(progress::waiting(what));
                let outcome = self.allows_quietly(event);
                drop(progress::resumed());
                outcome
            }
            first => first == Some(0),
        }
    }

    fn allows_quietly(&self, event: &Pollable) -> bool {
        match &self.passed {
            Some(passed) => first_of(&[event, passed]) == Some(0),
            None => {
                event.block();
                true
            }
        }
    }

    /// Sleeps until the next attempt; false if the deadline came first.
    pub(crate) fn allows_sleep(&self, span: Duration) -> bool {
        self.allows(&timer(span), "the next attempt")
    }

    /// Sleeps while somebody else is waited for, and says nothing of it; false if the deadline came first.
    pub(crate) fn allows_pause(&self, span: Duration) -> bool {
        self.allows_quietly(&timer(span))
    }
}

/// The number of the first that is ready.
fn first_of(events: &[&Pollable]) -> Option<u32> {
    poll::poll(events).first().copied()
}

/// A person takes it for a stop when nothing has happened for that long.
const NOTICEABLE: Duration = Duration::from_secs(1);

fn timer(span: Duration) -> Pollable {
    monotonic_clock::subscribe_duration(u64::try_from(span.as_nanos()).unwrap_or(u64::MAX))
}
