//! Time limits as people type them: `30s`, `2m`, `1h`, or bare seconds, which `humantime` (6 KiB more in the component) refuses.

use crate::output::error::BadValue;

/// Longest limit that makes sense: a day, longer than any sign-in or device code lives.
const LONGEST_SECONDS: u32 = 86_400;

/// A time limit in whole seconds, 1 to 86,400.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimeLimit(u32);

impl TimeLimit {
    /// What a request without a person may take. Documented as 60 seconds.
    pub(crate) const DEFAULT: Self = Self(60);

    /// What the identity endpoint of a platform may take, which is gone for up to 70 seconds while it is updated.
    pub(crate) const PLATFORM: Self = Self(120);

    pub(crate) fn seconds(self) -> u32 {
        self.0
    }
}

impl std::str::FromStr for TimeLimit {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Self, BadValue> {
        let text = text.trim();
        let digits = text.trim_end_matches(|character: char| !character.is_ascii_digit());
        let factor = match text.get(digits.len()..) {
            Some("" | "s" | "sec") => 1,
            Some("m" | "min") => 60,
            Some("h") => 3_600,
            _ => return Err(bad()),
        };
        let seconds = digits
            .parse::<u32>()
            .ok()
            .and_then(|count| count.checked_mul(factor))
            .ok_or_else(bad)?;
        match seconds {
            1..=LONGEST_SECONDS => Ok(Self(seconds)),
            _ => Err(bad()),
        }
    }
}

fn bad() -> BadValue {
    BadValue::new(
        "the time limit is no duration between 1 second and 1 day",
        "write `30s`, `2m`, or a bare number of seconds",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_seconds_unless_a_unit_says_otherwise() {
        for (text, expected) in [
            ("30", Some(30)),
            ("30s", Some(30)),
            ("2m", Some(120)),
            ("1h", Some(3_600)),
            ("24h", Some(86_400)),
            ("25h", None),
            ("0", None),
            ("0s", None),
            ("", None),
            ("s", None),
            ("-5s", None),
            ("1.5m", None),
            ("2 parsecs", None),
            ("99999999999", None),
        ] {
            let limit = text.parse::<TimeLimit>().ok().map(TimeLimit::seconds);
            assert_eq!(limit, expected, "{text}");
        }
    }
}
