//! `files`: what the user named, inside the preopened folders.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::WasiCapabilities;
use crate::bindings::exports::entra_auth::core::files::Guest;
use crate::failure::{self, Capability, Failure, Fault, failure};
use crate::unfinished;

impl Guest for WasiCapabilities {
    fn read(path: String, limit: u32) -> Result<Vec<u8>, Failure> {
        let content = read(&path, limit).map_err(|error| of_file("read", &path, &error))?;
        content.ok_or_else(|| {
            failure(
                Capability::Files,
                Fault::Denied,
                format!("`{path}` is larger than {limit} bytes"),
                "name the right file",
            )
        })
    }

    /// A sandbox has no folder that it is in, and no home.
    fn locate(path: String) -> Result<String, Failure> {
        Ok(path)
    }

    fn write(path: String, content: Vec<u8>) -> Result<(), Failure> {
        let written = unfinished::put(Path::new(&path), &content);
        written.map_err(|error| of_file("write", &path, &error))
    }
}

/// The content, or nothing if there is more of it than `limit`.
fn read(path: &str, limit: u32) -> io::Result<Option<Vec<u8>>> {
    let mut content = Vec::new();
    File::open(path)?
        .take(u64::from(limit) + 1)
        .read_to_end(&mut content)?;
    Ok(Some(content).filter(|content| content.len() <= limit as usize))
}

fn of_file(verb: &str, path: &str, error: &io::Error) -> Failure {
    failure::of_file(Capability::Files, verb, path, error)
}
