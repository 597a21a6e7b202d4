//! How far the clock of this computer is from a server's.

use std::fmt;

use crate::value::time::Timestamp;

/// Less than this is the way of the network, and no server minds.
const NOTABLE: u64 = 60;

/// What has to be added to the time of this computer to get the server's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClockOffset(i64);

impl ClockOffset {
    /// What lies between the time of this computer and the server's.
    pub fn between(now: Timestamp, server: Timestamp) -> Self {
        let forward = i64::try_from(server.saturating_since(now).as_secs()).unwrap_or(i64::MAX);
        let back = i64::try_from(now.saturating_since(server).as_secs()).unwrap_or(i64::MAX);
        Self(forward.saturating_sub(back))
    }

    /// The server's time when this computer's is `now`.
    pub const fn at_server(self, now: Timestamp) -> Timestamp {
        Timestamp::from_unix_seconds(now.unix_seconds().saturating_add_signed(self.0))
    }

    /// Whether it is worth telling.
    pub const fn is_notable(self) -> bool {
        self.0.unsigned_abs() > NOTABLE
    }
}

/// For a sentence about this computer's clock: `20 minutes behind the server's`.
impl fmt::Display for ClockOffset {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.unsigned_abs();
        let (count, unit) = match seconds {
            0..120 => (seconds, "second"),
            120..7200 => (seconds / 60, "minute"),
            7200..172_800 => (seconds / 3600, "hour"),
            _ => (seconds / 86400, "day"),
        };
        let plural = if count == 1 { "" } else { "s" };
        let where_to = if self.0 > 0 { "behind" } else { "ahead of" };
        write!(formatter, "{count} {unit}{plural} {where_to} the server's")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_is_told_and_applied() {
        let now = Timestamp::from_unix_seconds(1_000_000);
        let rows = [
            (1_000_000, false, "0 seconds ahead of the server's"),
            (1_000_060, false, "60 seconds behind the server's"),
            (999_939, true, "61 seconds ahead of the server's"),
            (1_001_200, true, "20 minutes behind the server's"),
            (1_090_000, true, "25 hours behind the server's"),
            (0, true, "11 days ahead of the server's"),
            (u64::MAX, true, "106751991167300 days behind the server's"),
        ];
        for (server, is_notable, told) in rows {
            let server = Timestamp::from_unix_seconds(server);
            let offset = ClockOffset::between(now, server);
            assert_eq!(offset.is_notable(), is_notable, "{told}");
            assert_eq!(offset.to_string(), told);
            if server.unix_seconds() < u64::MAX {
                assert_eq!(offset.at_server(now), server, "{told}");
            }
        }
    }
}
