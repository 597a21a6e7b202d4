//! `identity-endpoint`: not here. A command has no sockets to listen at and starts no programs.

use crate::WasiCapabilities;
use crate::bindings::exports::entra_auth::core::identity_endpoint::{Event, Guest};
use crate::failure::{Capability, Failure, Fault, failure};

impl Guest for WasiCapabilities {
    fn listen(_address: String) -> Result<String, Failure> {
        Err(absent())
    }

    fn start(_command: Vec<String>, _variables: Vec<(String, String)>) -> Result<(), Failure> {
        Err(absent())
    }

    fn next() -> Result<Event, Failure> {
        Err(absent())
    }

    fn answer(_status: u16, _body: String) -> Result<(), Failure> {
        Err(absent())
    }
}

fn absent() -> Failure {
    failure(
        Capability::Network,
        Fault::Absent,
        "this sandbox listens nowhere and starts no programs",
        "use the native program for `serve`",
    )
}
