//! The folder that holds the profiles.

use std::path::PathBuf;

use text::word;
use wasip2::filesystem::preopens;

use crate::failure::{Capability, Failure, Fault, failure};

/// Names the folder; without it the first preopened one is meant.
const CONFIG_PATH: &str = "ENTRA_AUTH_CLI_CONFIG_PATH";

/// Where the profiles are.
pub(crate) fn config() -> Result<PathBuf, Failure> {
    let named = std::env::var(CONFIG_PATH).unwrap_or_default();
    let named = word(&named);
    if !named.is_empty() {
        return Ok(PathBuf::from(named));
    }
    preopens::get_directories()
        .into_iter()
        .next()
        .map(|(_, path)| PathBuf::from(path))
        .ok_or_else(|| {
            failure(
                Capability::ProfileStore,
                Fault::Absent,
                "this sandbox has no folder for profiles",
                "preopen one, with wasmtime by `--dir ~/.config/entra-auth-cli::/config`",
            )
        })
}
