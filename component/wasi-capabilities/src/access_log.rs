//! `access-log`: one line on stderr for each request that is refused; engines have a log of their own for the others.

use std::io::Write;

use crate::WasiCapabilities;
use crate::bindings::exports::entra_auth::core::access_log::{Entry, Guest};
use crate::failure::Failure;

impl Guest for WasiCapabilities {
    fn note(entry: Entry) -> Result<(), Failure> {
        if let Some(rule) = entry.rule {
            let route = entry.route.as_deref().unwrap_or("-");
            let line = format!("route {route}: {} {rule}\n", entry.status);
            // A log that is gone stops no request.
            drop(std::io::stderr().write_all(line.as_bytes()));
        }
        Ok(())
    }
}
