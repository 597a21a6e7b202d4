//! `clipboard`: a sandbox has none.

use crate::WasiCapabilities;
use crate::bindings::exports::entra_auth::core::clipboard::Guest;
use crate::failure::{Capability, Failure, Fault, failure};

impl Guest for WasiCapabilities {
    fn copy(_text: String) -> Result<(), Failure> {
        Err(failure(
            Capability::Clipboard,
            Fault::Absent,
            "this sandbox has no clipboard",
            "leave `--clipboard` out, and pipe the result into a program that copies it",
        ))
    }
}
