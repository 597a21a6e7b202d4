//! Dates as other services write them.
//!
//! [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339), and the way of .NET in English, which identity endpoints of old have for
//! `expires_on`: `11/27/2026 05:40:56 PM +00:00`.

use crate::value::time::Timestamp;

const SECONDS_A_DAY: i64 = 24 * 60 * 60;

/// The point in time that a text names; one without an offset is UTC. Parts of a second are cut off.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let (date, rest) = text.trim().split_once(['T', 't', ' '])?;
    let end = rest
        .find(|character: char| !matches!(character, '0'..='9' | ':' | '.'))
        .unwrap_or(rest.len());
    let (clock, rest) = rest.split_at_checked(end)?;
    let (half, rest) = half_of_day(rest.trim_start());
    let seconds = days(date)? * SECONDS_A_DAY + second_of_day(clock, half)? - offset(rest.trim())?;
    Some(Timestamp::from_unix_seconds(seconds.try_into().ok()?))
}

/// Days since 1970-01-01 of `2026-11-27` or `11/27/2026`.
fn days(date: &str) -> Option<i64> {
    let [year, month, day] = match date.contains('/') {
        true => {
            let [month, day, year] = numbers(date, '/')?;
            [year, month, day]
        }
        false => numbers(date, '-')?,
    };
    let is_date =
        (1970..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    if !is_date {
        return None;
    }
    // Years begin in March, so that the leap day is a year's last; 719468 days lie between 0000-03-01 and 1970-01-01.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let leap_days = year / 4 - year / 100 + year / 400;
    Some(year * 365 + leap_days + (153 * month + 2) / 5 + day - 1 - 719_468)
}

#[derive(Clone, Copy, PartialEq)]
enum Half {
    Morning,
    Afternoon,
}

fn half_of_day(text: &str) -> (Option<Half>, &str) {
    let (mark, rest) = text.split_at_checked(2).unwrap_or_default();
    match mark.to_ascii_uppercase().as_str() {
        "AM" => (Some(Half::Morning), rest),
        "PM" => (Some(Half::Afternoon), rest),
        _ => (None, text),
    }
}

/// Of `17:40:56`, with or without a fraction, or of `05:40:56` in a half.
fn second_of_day(clock: &str, half: Option<Half>) -> Option<i64> {
    let [hour, minute, second] = numbers(clock.split('.').next()?, ':')?;
    let hour = match half {
        None => hour,
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(Half::Morning) => hour % 12,
        Some(Half::Afternoon) => hour % 12 + 12,
    };
    // A leap second is the last of its minute.
    let is_time = hour < 24 && minute < 60 && second <= 60;
    is_time.then_some(hour * 3600 + minute * 60 + second)
}

/// Of `Z`, `+00:00`, `-0130`, or nothing.
fn offset(text: &str) -> Option<i64> {
    let (sign, digits) = match text.as_bytes().first() {
        None => return Some(0),
        Some(b'Z' | b'z') if text.len() == 1 => return Some(0),
        Some(b'+') => (1, text.get(1..)?),
        Some(b'-') => (-1, text.get(1..)?),
        Some(_) => return None,
    };
    let digits = digits.replacen(':', "", 1);
    let is_offset = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number: i64 = digits.parse().ok().filter(|_| is_offset)?;
    Some(sign * (number / 100 * 3600 + number % 100 * 60))
}

fn numbers(text: &str, separator: char) -> Option<[i64; 3]> {
    let mut numbers = [0; 3];
    let mut parts = text.split(separator);
    for number in &mut numbers {
        let part = parts.next()?;
        let is_number =
            (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        *number = part.parse().ok().filter(|_| is_number)?;
    }
    parts.next().is_none().then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_writing_are_read_and_nothing_else() {
        let rows = [
            ("11/27/2026 05:40:56 PM +00:00", Some(1_795_801_256)),
            ("11/27/2026 5:40:56 PM +00:00", Some(1_795_801_256)),
            ("11/27/2026 17:40:56 +00:00", Some(1_795_801_256)),
            ("11/27/2026 12:00:00 AM +00:00", Some(1_795_737_600)),
            ("11/27/2026 12:00:00 PM +00:00", Some(1_795_780_800)),
            ("2026-11-27T17:40:56Z", Some(1_795_801_256)),
            ("2026-11-27T17:40:56.1234567Z", Some(1_795_801_256)),
            ("2026-11-27T18:40:56+01:00", Some(1_795_801_256)),
            ("2026-11-27 16:10:56-0130", Some(1_795_801_256)),
            ("2026-11-27T17:40:56", Some(1_795_801_256)),
            (" 2026-11-27t17:40:56z ", Some(1_795_801_256)),
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2000-02-29T00:00:00Z", Some(951_782_400)),
            ("1969-12-31T23:59:59Z", None),
            ("1970-01-01T00:00:00+01:00", None),
            ("13/27/2026 05:40:56 PM +00:00", None),
            ("27.11.2026 17:40:56 +00:00", None),
            ("11/27/2026 13:40:56 PM +00:00", None),
            ("11/27/2026 25:40:56 +00:00", None),
            ("2026-11-27", None),
            ("2026-11-27T17:40", None),
            ("2026-11-27T17:40:56 CET", None),
            ("2026-11-27T17:40:56+1:00:00", None),
            ("soon", None),
            ("", None),
            ("\u{e9}/\u{e9}/\u{e9} \u{e9}", None),
        ];
        for (text, expected) in rows {
            let found = parse(text).map(Timestamp::unix_seconds);
            assert_eq!(found, expected, "{text}");
        }
    }
}
