//! `transport`: the runtime makes the connections, and by settings of its own.

use crate::WasiCapabilities;
use crate::bindings::exports::entra_auth::core::transport::Guest;
use crate::failure::{Capability, Failure, Fault, failure};
use crate::ignored;

impl Guest for WasiCapabilities {
    /// Runtimes know no proxies.
    fn way(_host: String) -> Result<Option<String>, Failure> {
        Ok(None)
    }

    /// Says which settings do not count here: people know them from the native program.
    fn explain(host: String, fault: Fault) -> Result<Option<Failure>, Failure> {
        let (message, hint) = match fault {
            Fault::Unreachable => (
                format!("cannot connect to `{host}`"),
                format!(
                    "check host and network; {}: where only a proxy leads out, use the native program",
                    ignored::proxies().unwrap_or_else(|| NO_PROXY.to_owned())
                ),
            ),
            Fault::Untrusted => (
                format!("`{host}` could not prove who it is (TLS)"),
                format!(
                    "check the clock; {}: for others than public certificate authorities, use the native program",
                    ignored::authorities().unwrap_or_else(|| NO_AUTHORITIES.to_owned())
                ),
            ),
            _ => return Ok(None),
        };
        Ok(Some(failure(Capability::Network, fault, message, hint)))
    }
}

const NO_PROXY: &str = "this sandbox knows no proxies";
const NO_AUTHORITIES: &str = "this sandbox knows no certificate authorities of your own";
