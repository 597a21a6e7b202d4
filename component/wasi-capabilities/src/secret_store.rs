//! `secret-store` and `secret-writer`: a sandbox has no keyring.
//!
//! The command line reads `AZURE_CLIENT_SECRET` and its like itself and hands them over as given secrets.

use crate::WasiCapabilities;
use crate::bindings::exports::entra_auth::core::{secret_store, secret_writer};
use crate::failure::{Capability, Failure, Fault, failure};

impl secret_store::Guest for WasiCapabilities {
    fn read(_name: String) -> Result<Option<String>, Failure> {
        Ok(None)
    }
}

impl secret_writer::Guest for WasiCapabilities {
    fn write(_name: String, _value: String) -> Result<(), Failure> {
        Err(failure(
            Capability::SecretStore,
            Fault::Absent,
            "this sandbox has no place for secrets",
            "leave the secret out and set AZURE_CLIENT_SECRET where the token is asked for",
        ))
    }

    fn remove(_name: String) -> Result<bool, Failure> {
        Ok(false)
    }

    fn describe() -> Result<secret_writer::Storage, Failure> {
        Ok(secret_writer::Storage {
            kind: "none".to_owned(),
            location: "environment variables only".to_owned(),
            reason: "a WebAssembly sandbox has no keyring; wasmtime hands a variable in by `--env AZURE_CLIENT_SECRET`"
                .to_owned(),
            asks: false,
        })
    }
}
