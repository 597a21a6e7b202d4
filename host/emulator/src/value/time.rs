//! Time as Entra ID writes it.

use std::fmt;

use serde::Serialize;

/// Seconds since the Unix epoch in UTC.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct UnixTime(pub u64);

impl UnixTime {
    /// Midnight at the beginning of a day of the Gregorian calendar, from 1970 on.
    pub(crate) fn from_civil(year: u64, month: u64, day: u64) -> Option<Self> {
        // As in `civil_date`: years begin in March.
        let (year, month) = if month > 2 {
            (year, month - 3)
        } else {
            (year.checked_sub(1)?, month + 9)
        };
        let (era, year_of_era) = (year / 400, year % 400);
        let day_of_year = (153 * month + 2) / 5 + day.checked_sub(1)?;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let days = (era * 146_097 + day_of_era).checked_sub(719_468)?;
        Some(Self(days * SECONDS_A_DAY))
    }

    /// This time moved by `seconds`, which may be negative; it stops at the epoch and at the end of
    /// `u64`.
    pub(crate) fn moved_by(self, seconds: i64) -> Self {
        Self(self.0.saturating_add_signed(seconds))
    }
}

impl UnixTime {
    /// The form of the header `Date` (RFC 9110 section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
    pub(crate) fn http_date(self) -> String {
        let days = self.0 / SECONDS_A_DAY;
        let (year, month, day) = civil_date(days);
        let second = self.0 % SECONDS_A_DAY;
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        // 1970 began on a Thursday.
        let weekday = WEEKDAYS
            .iter()
            .cycle()
            .nth((days % 7) as usize)
            .copied()
            .unwrap_or_default();
        let month = MONTHS.get(month as usize - 1).copied().unwrap_or_default();
        format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
    }
}

const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// The form of `timestamp` in error bodies: `2025-02-19 03:49:12Z`.
impl fmt::Display for UnixTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_date(self.0 / SECONDS_A_DAY);
        let second = self.0 % SECONDS_A_DAY;
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(
            formatter,
            "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}Z"
        )
    }
}

/// Year, month and day of the proleptic Gregorian calendar.
///
/// Years begin in March here, so that the leap day is a year's last day; 719468 days lie between
/// 0000-03-01 and 1970-01-01, and 146097 days make 400 years.
fn civil_date(days_since_epoch: u64) -> (u64, u64, u64) {
    let days = days_since_epoch + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

const SECONDS_A_DAY: u64 = 86_400;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_as_in_error_bodies() {
        for (seconds, written) in [
            (0, "1970-01-01 00:00:00Z"),
            (951_782_399, "2000-02-28 23:59:59Z"),
            (951_782_400, "2000-02-29 00:00:00Z"),
            (1_739_936_952, "2025-02-19 03:49:12Z"),
            (4_107_542_400, "2100-03-01 00:00:00Z"),
        ] {
            assert_eq!(UnixTime(seconds).to_string(), written);
        }
    }

    #[test]
    fn days_are_read_as_they_are_written() {
        for (year, month, day, seconds) in [
            (1970, 1, 1, Some(0)),
            (2000, 2, 29, Some(951_782_400)),
            (2025, 2, 19, Some(1_739_923_200)),
            (2100, 3, 1, Some(4_107_542_400)),
            (1969, 12, 31, None),
        ] {
            let time = UnixTime::from_civil(year, month, day);
            assert_eq!(time.map(|time| time.0), seconds);
        }
    }

    #[test]
    fn moving_stops_at_the_epoch() {
        assert_eq!(UnixTime(10).moved_by(-11), UnixTime(0));
        assert_eq!(UnixTime(10).moved_by(5), UnixTime(15));
    }
}
