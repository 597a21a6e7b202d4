//! The capabilities `progress` and `progress-display`: what a person may watch.

use std::time::Duration;

use wasmtime::component::{HasData, Linker};

use crate::capability::bindings::entra_auth::core::errors::Failure;
use crate::capability::bindings::entra_auth::core::progress;
use crate::capability::bindings::entra_auth::core::progress_display::{self, Detail};
use crate::system::{patience, status_line};

/// There is one terminal, and nothing to configure.
pub(crate) struct Progress;

/// The same during a call.
pub(crate) struct ProgressView;

impl progress::Host for ProgressView {
    fn step(&mut self, text: String) -> Result<(), Failure> {
        status_line::step(&text);
        Ok(())
    }

    fn waiting(&mut self, what: String) -> Result<(), Failure> {
        status_line::waiting(&what);
        Ok(())
    }

    fn resumed(&mut self) -> Result<(), Failure> {
        status_line::resumed();
        Ok(())
    }
}

impl progress_display::Host for ProgressView {
    fn show(&mut self, detail: Detail) -> Result<(), Failure> {
        status_line::show(match detail {
            Detail::Nothing => status_line::Detail::Nothing,
            Detail::Waits => status_line::Detail::Waits,
            Detail::Steps => status_line::Detail::Steps,
        });
        Ok(())
    }

    fn give_up_after(&mut self, seconds: u32) -> Result<(), Failure> {
        patience::end_after(Duration::from_secs(seconds.into()));
        Ok(())
    }
}

impl HasData for Progress {
    type Data<'a> = ProgressView;
}

/// Lend the capabilities to guests.
pub(crate) fn add_to_linker<T: 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> ProgressView,
) -> wasmtime::Result<()> {
    progress::add_to_linker::<T, Progress>(linker, view)?;
    progress_display::add_to_linker::<T, Progress>(linker, view)
}
