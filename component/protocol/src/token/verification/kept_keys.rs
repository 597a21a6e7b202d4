//! When keys are fetched, and for how long old ones serve.
//!
//! Entra changes its keys without notice
//! ([signing key rollover](https://learn.microsoft.com/entra/identity-platform/signing-key-rollover)), so a key that nobody knows is a reason
//! to look again. It is also what a forger sends a thousand times, so there is a pause between two looks.

use std::time::Duration;

use crate::token::verification::key_set::KeySet;
use crate::value::time::Timestamp;

/// Between two requests for the same keys, whatever the reason.
const PAUSE: Duration = Duration::from_secs(30);

/// So long a key that was withdrawn may still be trusted while its endpoint answers. Microsoft's libraries look every 12
/// hours; a request an hour is cheap.
const RENEW_AFTER: Duration = Duration::from_secs(60 * 60);

/// How much longer keys serve while their endpoint is down.
const OUTLIVE: Duration = Duration::from_secs(24 * 60 * 60);

/// After that nobody needs them.
pub(super) const LONGEST_USE: Duration = RENEW_AFTER.saturating_add(OUTLIVE);

/// What to do for a token with a certain key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// Judge it with the keys that are here.
    Use,
    /// Fetch the keys first.
    Fetch,
    /// There are none, and it is too early to ask again.
    Unavailable,
}

/// The keys of one place, and when it was asked for them.
#[derive(Debug, Default)]
pub(super) struct KeptKeys {
    keys: Option<(KeySet, Timestamp)>,
    asked_at: Option<Timestamp>,
}

impl KeptKeys {
    pub(super) fn keys(&self) -> Option<&KeySet> {
        self.keys.as_ref().map(|(keys, _)| keys)
    }

    pub(super) fn decide(&self, key_id: &str, now: Timestamp) -> Decision {
        // A clock that was set back does not lock anybody out.
        let may_ask = self
            .asked_at
            .is_none_or(|at| now < at || now.saturating_since(at) >= PAUSE);
        let Some((keys, fetched_at)) = &self.keys else {
            return if may_ask {
                Decision::Fetch
            } else {
                Decision::Unavailable
            };
        };
        let age = now.saturating_since(*fetched_at);
        let is_current = age < RENEW_AFTER && keys.find(key_id).is_some();
        if may_ask && !is_current {
            Decision::Fetch
        } else if age < LONGEST_USE {
            Decision::Use
        } else {
            Decision::Unavailable
        }
    }

    pub(super) fn fetched(&mut self, keys: KeySet, now: Timestamp) {
        self.keys = Some((keys, now));
        self.asked_at = Some(now);
    }

    /// The same for keys that somebody else fetched, if that was later.
    pub(super) fn found(&mut self, keys: KeySet, fetched_at: Timestamp) {
        if self.asked_at.is_none_or(|asked_at| asked_at < fetched_at) {
            self.fetched(keys, fetched_at);
        }
    }

    pub(super) fn failed(&mut self, now: Timestamp) {
        self.asked_at = Some(now);
    }

    /// When it may be asked again.
    pub(super) fn pause_at(&self, now: Timestamp) -> Duration {
        let waited = self.asked_at.map_or(PAUSE, |at| now.saturating_since(at));
        PAUSE.saturating_sub(waited)
    }
}
