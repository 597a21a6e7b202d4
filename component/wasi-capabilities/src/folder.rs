//! The folders that hold profiles and tokens.

use std::path::{Path, PathBuf};

use text::word;
use wasip2::filesystem::preopens;

use crate::failure::{Capability, Failure, Fault, failure};

/// Names the folder; without it the first preopened one is meant, unless that is for tokens alone.
const CONFIG_PATH: &str = "ENTRA_AUTH_CLI_CONFIG_PATH";

/// Where the profiles are.
pub(crate) fn config() -> Result<PathBuf, Failure> {
    let named = std::env::var(CONFIG_PATH).unwrap_or_default();
    let named = word(&named);
    if !named.is_empty() {
        return Ok(PathBuf::from(named));
    }
    let mut others = preopened().filter(|path| path != Path::new(CACHE));
    others.next().ok_or_else(|| {
        failure(
            Capability::ProfileStore,
            Fault::Absent,
            "this sandbox has no folder for profiles",
            "preopen one, with wasmtime by `--dir ~/.config/entra-auth-cli::/config`",
        )
    })
}

/// Where sealed tokens are: in the folder `tokens` of the preopened `/cache`, else of the one with the profiles, as in the
/// native program when `ENTRA_AUTH_CLI_CONFIG_PATH` names one folder for both.
pub(crate) fn cache() -> Result<PathBuf, Failure> {
    let cache = preopened().find(|path| path == Path::new(CACHE));
    let folder = cache.map_or_else(config, Ok).map_err(|_| {
        failure(
            Capability::TokenCache,
            Fault::Absent,
            "this sandbox has no folder for tokens",
            "preopen one, with wasmtime by `--dir ~/.cache/entra-auth-cli::/cache`",
        )
    })?;
    Ok(folder.join("tokens"))
}

fn preopened() -> impl Iterator<Item = PathBuf> {
    let folders = preopens::get_directories().into_iter();
    folders.map(|(_, path)| PathBuf::from(path))
}

/// What a folder for tokens alone is called in the sandbox.
const CACHE: &str = "/cache";
