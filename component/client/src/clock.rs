//! The host's clocks.

use std::time::Duration;

use protocol::time::Timestamp;

use crate::bindings::wasi::clocks::{monotonic_clock, wall_clock};
use crate::bindings::wasi::io::poll::{self, Pollable};

/// The time of day.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_unix_seconds(wall_clock::now().seconds)
}

/// The moment at which waiting ends, for all waits of one exchange together.
pub(crate) struct Deadline(Option<Pollable>);

impl Deadline {
    /// A deadline `limit` from now, or none.
    pub(crate) fn after(limit: Option<Duration>) -> Self {
        let nanoseconds = limit.map(|limit| u64::try_from(limit.as_nanos()).unwrap_or(u64::MAX));
        Self(nanoseconds.map(monotonic_clock::subscribe_duration))
    }

    /// Waits until `event` is ready; false if the deadline came first.
    pub(crate) fn allows(&self, event: &Pollable) -> bool {
        match &self.0 {
            // The event is named first: when both are ready, it wins.
            Some(deadline) => poll::poll(&[event, deadline]).first() == Some(&0),
            None => {
                event.block();
                true
            }
        }
    }
}
