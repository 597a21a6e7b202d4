//! Points in time as the protocol has them: whole seconds, UTC.
//!
//! [RFC 7519 section 2](https://www.rfc-editor.org/rfc/rfc7519#section-2) (NumericDate). There is no "now" here: whoever owns a
//! clock passes it.

use std::time::Duration;

/// Whole seconds since 1970-01-01T00:00:00Z, leap seconds ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The point in time so many seconds after the Unix epoch.
    pub const fn from_unix_seconds(seconds: u64) -> Self {
        Self(seconds)
    }

    /// Seconds since the Unix epoch.
    pub const fn unix_seconds(self) -> u64 {
        self.0
    }

    /// The point in time a span later; the end of time if there is none. Parts of a second are cut off.
    #[must_use]
    pub const fn saturating_add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(span.as_secs()))
    }

    /// The span from `earlier` to here; zero if `earlier` is in fact later.
    pub const fn saturating_since(self, earlier: Self) -> Duration {
        Duration::from_secs(self.0.saturating_sub(earlier.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_never_wraps() {
        let end = Timestamp::from_unix_seconds(u64::MAX);
        let rows = [
            (
                "a span later",
                Timestamp(10),
                Duration::from_secs(5),
                Timestamp(15),
            ),
            (
                "parts of a second are cut",
                Timestamp(10),
                Duration::from_millis(1999),
                Timestamp(11),
            ),
            (
                "nothing later",
                Timestamp(10),
                Duration::ZERO,
                Timestamp(10),
            ),
            (
                "past the end of time",
                Timestamp(10),
                Duration::from_secs(u64::MAX),
                end,
            ),
        ];
        for (name, start, span, expected) in rows {
            assert_eq!(start.saturating_add(span), expected, "{name}");
        }
    }

    #[test]
    fn a_span_is_never_negative() {
        let rows = [
            ("forward", Timestamp(15), Timestamp(10), 5),
            ("same", Timestamp(10), Timestamp(10), 0),
            ("backward", Timestamp(10), Timestamp(15), 0),
        ];
        for (name, later, earlier, expected) in rows {
            assert_eq!(
                later.saturating_since(earlier).as_secs(),
                expected,
                "{name}"
            );
        }
    }
}
