//! Spans of time and sizes as people write them.

use std::time::Duration;

use crate::edge::configuration::fault::Fault;
use crate::value::printable::quoted;

/// Such as `30s` or `2m`.
pub(super) fn span(text: &str) -> Result<Duration, Fault> {
    let seconds = number(text, &[("s", 1), ("m", 60), ("h", 3600)]);
    seconds.map(Duration::from_secs).ok_or_else(|| {
        Fault::new(format!("{} is no span of time", quoted(text)))
            .with_hint("write a number with its unit, such as `30s` or `2m`")
    })
}

/// Such as `10MiB`; `none` is no limit.
pub(super) fn size(text: &str) -> Result<Option<u64>, Fault> {
    if text == "none" {
        return Ok(None);
    }
    let units = [
        ("GiB", 1 << 30),
        ("MiB", 1 << 20),
        ("KiB", 1 << 10),
        ("B", 1),
    ];
    number(text, &units).map(Some).ok_or_else(|| {
        Fault::new(format!("{} is no size", quoted(text)))
            .with_hint("write a number with its unit, such as `10MiB`, or `none`")
    })
}

fn number(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let (digits, unit) = units
        .iter()
        .find_map(|(suffix, unit)| Some((text.strip_suffix(suffix)?, unit)))?;
    let is_plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number: u64 = is_plain.then(|| digits.parse().ok()).flatten()?;
    number.checked_mul(*unit)
}
