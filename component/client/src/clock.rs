//! The host's clocks.

use std::time::Duration;

use protocol::value::time::Timestamp;

use crate::bindings::wasi::clocks::{monotonic_clock, wall_clock};
use crate::bindings::wasi::io::poll::{self, Pollable};

/// The time of day.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_unix_seconds(wall_clock::now().seconds)
}

/// The moment at which waiting ends, for all waits of one call together.
pub(crate) struct Deadline {
    limit: Option<Duration>,
    passed: Option<Pollable>,
    /// When it was set, by the monotonic clock.
    start: u64,
}

impl Deadline {
    /// A deadline `limit` from now, or none.
    pub(crate) fn after(limit: Option<Duration>) -> Self {
        Self {
            limit,
            passed: limit.map(timer),
            start: monotonic_clock::now(),
        }
    }

    /// How long the whole call may take.
    pub(crate) fn limit(&self) -> Option<Duration> {
        self.limit
    }

    /// What is left of the limit, or of `otherwise` where there is none.
    pub(crate) fn remaining(&self, otherwise: Duration) -> Duration {
        let elapsed = monotonic_clock::now().saturating_sub(self.start);
        self.limit
            .unwrap_or(otherwise)
            .saturating_sub(Duration::from_nanos(elapsed))
    }

    /// Waits until `event` is ready; false if the deadline came first.
    pub(crate) fn allows(&self, event: &Pollable) -> bool {
        match &self.passed {
            // The event is named first: when both are ready, it wins.
            Some(passed) => poll::poll(&[event, passed]).first() == Some(&0),
            None => {
                event.block();
                true
            }
        }
    }

    /// Sleeps; false if the deadline came first.
    pub(crate) fn allows_sleep(&self, span: Duration) -> bool {
        self.allows(&timer(span))
    }
}

fn timer(span: Duration) -> Pollable {
    monotonic_clock::subscribe_duration(u64::try_from(span.as_nanos()).unwrap_or(u64::MAX))
}
