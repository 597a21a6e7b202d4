//! Seconds since the Unix epoch as people write them: RFC 3339 in UTC, and relative words.
//!
//! Source of the calendar arithmetic: Howard Hinnant's `civil_from_days`,
//! <https://howardhinnant.github.io/date_algorithms.html#civil_from_days>. `chrono` would do it for 35 KiB more in the
//! component, `time` for 1 KiB, but it knows no year after 9999, and a token may name one; the relative words are in
//! neither.

use std::time::{SystemTime, UNIX_EPOCH};

const SECONDS_A_DAY: i64 = 86_400;

/// Now, in seconds since the Unix epoch, UTC.
pub(crate) fn now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_secs()).ok())
        .unwrap_or_default()
}

/// `2025-12-28T15:30:00Z` (RFC 3339 section 5.6).
pub(crate) fn rfc3339(seconds: i64) -> String {
    let (date, time) = parts(seconds);
    format!("{date}T{time}Z")
}

/// `2025-12-28 15:30:00 UTC`.
pub(crate) fn readable(seconds: i64) -> String {
    let (date, time) = parts(seconds);
    format!("{date} {time} UTC")
}

/// `2025-12-28 15:30:00`, for a clock that is `offset` seconds ahead of UTC.
pub(crate) fn on_the_wall(seconds: i64, offset: i32) -> String {
    let (date, time) = parts(seconds.saturating_add(offset.into()));
    format!("{date} {time}")
}

/// `in 42 minutes` or `3 minutes ago`, rounded down to the largest whole unit.
pub(crate) fn relative(seconds: i64) -> String {
    let words = span(seconds.unsigned_abs());
    match seconds {
        0 => "now".to_owned(),
        1.. => format!("in {words}"),
        _ => format!("{words} ago"),
    }
}

/// `42 minutes`, rounded down to the largest whole unit.
pub(crate) fn span(seconds: u64) -> String {
    let (count, unit) = match seconds {
        0..60 => (seconds, "second"),
        60..3_600 => (seconds / 60, "minute"),
        3_600..172_800 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    let minutes = seconds % 3_600 / 60;
    if unit == "hour" && minutes > 0 {
        format!("{count} hour{plural} {minutes} min")
    } else {
        format!("{count} {unit}{plural}")
    }
}

fn parts(seconds: i64) -> (String, String) {
    let (year, month, day) = civil_from_days(seconds.div_euclid(SECONDS_A_DAY));
    let second = seconds.rem_euclid(SECONDS_A_DAY);
    (
        format!("{year:04}-{month:02}-{day:02}"),
        format!(
            "{:02}:{:02}:{:02}",
            second / 3_600,
            second / 60 % 60,
            second % 60
        ),
    )
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_utc() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_766_935_800, "2025-12-28T15:30:00Z"),
            (4_102_444_799, "2099-12-31T23:59:59Z"),
        ] {
            assert_eq!(rfc3339(seconds), expected);
        }
        assert_eq!(readable(1_766_935_800), "2025-12-28 15:30:00 UTC");
        assert_eq!(on_the_wall(1_766_935_800, -18_000), "2025-12-28 10:30:00");
    }

    #[test]
    fn distances_are_told_in_the_largest_unit() {
        for (seconds, expected) in [
            (0, "now"),
            (1, "in 1 second"),
            (2_520, "in 42 minutes"),
            (-180, "3 minutes ago"),
            (3_600, "in 1 hour"),
            (5_400, "in 1 hour 30 min"),
            (-172_800, "2 days ago"),
            (i64::MIN, "106751991167300 days ago"),
        ] {
            assert_eq!(relative(seconds), expected);
        }
    }
}
