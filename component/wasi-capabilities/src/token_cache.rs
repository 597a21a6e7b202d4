//! `token-cache`: nothing is kept, see the crate's description.

use crate::WasiCapabilities;
use crate::bindings::exports::entra_auth::core::token_cache::{
    Guest, GuestHeldEntry, HeldEntry, Name,
};
use crate::failure::{Capability, Failure, Fault, failure};

impl Guest for WasiCapabilities {
    type HeldEntry = Never;

    fn read(_name: Name) -> Result<Option<Vec<u8>>, Failure> {
        Ok(None)
    }

    fn hold(_name: Name, _time_limit: u32) -> Result<HeldEntry, Failure> {
        Err(failure(
            Capability::TokenCache,
            Fault::Absent,
            "this sandbox keeps no tokens",
            "keep the token in a variable for as long as the job runs",
        ))
    }

    fn remove(_client: String) -> Result<u32, Failure> {
        Ok(0)
    }
}

/// An entry that cannot be held.
pub(crate) enum Never {}

impl GuestHeldEntry for Never {
    fn read(&self) -> Result<Option<Vec<u8>>, Failure> {
        match *self {}
    }

    fn write(&self, _content: Vec<u8>, _keep_until: i64) -> Result<(), Failure> {
        match *self {}
    }
}
