//! `transport`: the runtime makes the connections, and by settings of its own.

use crate::WasiCapabilities;
use crate::bindings::exports::entra_auth::core::transport::Guest;
use crate::failure::{Capability, Failure, Fault, failure};

/// What the native program honours, and a runtime does not.
const SETTINGS: [&str; 5] = [
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
    "ENTRA_AUTH_CLI_CA_FILE",
];

/// One line for each setting that is there and does nothing here.
pub(crate) fn without_effect() -> Vec<String> {
    let is_set = |name: &&&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    SETTINGS
        .iter()
        .filter(is_set)
        .map(|name| {
            format!("warning: {name} has no effect in this sandbox: the runtime makes the connections, by settings of its own")
        })
        .collect()
}

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
                "check host and network; in this sandbox HTTPS_PROXY and NO_PROXY have no effect: where only a proxy leads \
                 out, use the native program",
            ),
            Fault::Untrusted => (
                format!("`{host}` could not prove who it is (TLS)"),
                "check the clock; in this sandbox ENTRA_AUTH_CLI_CA_FILE has no effect and only public certificate \
                 authorities count: for others, use the native program",
            ),
            _ => return Ok(None),
        };
        Ok(Some(failure(Capability::Network, fault, message, hint)))
    }
}
