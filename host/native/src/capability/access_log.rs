//! The capability `access-log`: what a proxy says about a request, for whoever writes the log.

use std::sync::{Arc, Mutex, PoisonError};

use wasmtime::component::{HasData, Linker};

use crate::capability::bindings::entra_auth::core::access_log;
pub(crate) use crate::capability::bindings::entra_auth::core::access_log::Entry;
use crate::capability::bindings::entra_auth::core::errors::Failure;

/// The place where the entry of one request is put.
#[derive(Clone, Default)]
pub(crate) struct AccessLog(Arc<Mutex<Option<Entry>>>);

impl AccessLog {
    /// What was noted. Told once.
    pub(crate) fn take(&self) -> Option<Entry> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// The log during a call.
pub(crate) struct AccessLogView<'a> {
    pub(crate) log: &'a AccessLog,
}

impl access_log::Host for AccessLogView<'_> {
    fn note(&mut self, entry: Entry) -> Result<(), Failure> {
        let mut place = self.log.0.lock().unwrap_or_else(PoisonError::into_inner);
        *place = Some(entry);
        Ok(())
    }
}

impl HasData for AccessLog {
    type Data<'a> = AccessLogView<'a>;
}

/// Lend the capability to guests.
pub(crate) fn add_to_linker<T: 'static>(
    linker: &mut Linker<T>,
    view: fn(&mut T) -> AccessLogView<'_>,
) -> wasmtime::Result<()> {
    access_log::add_to_linker::<T, AccessLog>(linker, view)
}
