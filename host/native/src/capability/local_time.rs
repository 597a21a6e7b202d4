//! The capability `local-time`: how far this machine's clock on the wall is from UTC.

use chrono::{Local, Offset, TimeZone};
use wasmtime::component::{HasData, Linker};

use crate::capability::bindings::entra_auth::core::errors::{Capability, Failure, Fault};
use crate::capability::bindings::entra_auth::core::local_time;

/// The time zone of this machine; there is nothing to configure.
#[derive(Debug)]
pub(crate) struct LocalTime;

/// The time zone during a call.
pub(crate) struct LocalTimeView;

impl local_time::Host for LocalTimeView {
    fn offset(&mut self, instant: i64) -> Result<i32, Failure> {
        Local
            .timestamp_opt(instant, 0)
            .single()
            .map(|time| time.offset().fix().local_minus_utc())
            .ok_or_else(|| {
                Failure::new(
                    Capability::LocalTime,
                    Fault::Other,
                    "the time is beyond the calendar",
                    "check the clock of this machine",
                )
            })
    }
}

impl HasData for LocalTime {
    type Data<'a> = LocalTimeView;
}

/// Lend the capability to guests.
pub(crate) fn add_to_linker<T: 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> LocalTimeView,
) -> wasmtime::Result<()> {
    local_time::add_to_linker::<T, LocalTime>(linker, view)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_beyond_the_calendar_is_refused() {
        for (instant, is_known) in [(0, true), (1_766_935_800, true), (i64::MAX, false)] {
            let offset = local_time::Host::offset(&mut LocalTimeView, instant);
            assert_eq!(offset.is_ok(), is_known, "{instant}");
            // No zone is further away than that.
            assert!(offset.unwrap_or_default().abs() <= 26 * 3_600);
        }
    }
}
