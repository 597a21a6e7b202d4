//! `arc-agent`: the agent's key files, in its own folder preopened under its own name.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use crate::WasiCapabilities;
use crate::bindings::exports::entra_auth::core::arc_agent::Guest;
use crate::failure::{self, Capability, Failure, Fault, failure};

/// The agent itself, by which it is recognised.
const AGENT: &str = "/opt/azcmagent/bin/himds";

/// Where the agent keeps its keys.
const KEY_FOLDER: &str = "/var/opt/azcmagent/tokens";

/// Larger than any key.
const KEY_LIMIT: usize = 4096;

impl Guest for WasiCapabilities {
    fn is_installed() -> bool {
        fs::exists(AGENT).unwrap_or_default()
    }

    fn read_key(path: String) -> Result<Vec<u8>, Failure> {
        if !is_key(Path::new(&path)) {
            return Err(refused(&path, "is no key file of the Azure Arc agent"));
        }
        let is_file = fs::symlink_metadata(&path).map(|metadata| metadata.is_file());
        match is_file.and_then(|is_file| Ok((is_file, read(&path)?))) {
            Ok((true, content)) if content.len() <= KEY_LIMIT => Ok(content),
            Ok((true, _)) => Err(refused(&path, "is larger than a key")),
            Ok((false, _)) => Err(refused(&path, "is no regular file")),
            Err(error) => Err(failure::of_file(
                Capability::ArcAgent,
                "read",
                &path,
                &error,
            )),
        }
    }
}

/// `*.key` right in the folder; `..` is a part of a path like any other here, so it does not lead out.
fn is_key(path: &Path) -> bool {
    path.parent() == Some(Path::new(KEY_FOLDER))
        && path.extension().is_some_and(|extension| extension == "key")
}

fn read(path: &str) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    File::open(path)?
        .take(KEY_LIMIT as u64 + 1)
        .read_to_end(&mut content)?;
    Ok(content)
}

fn refused(path: &str, why: &str) -> Failure {
    failure(
        Capability::ArcAgent,
        Fault::Denied,
        format!("`{path}` {why}"),
        "check that the Azure Arc agent is what answers at IDENTITY_ENDPOINT",
    )
}
