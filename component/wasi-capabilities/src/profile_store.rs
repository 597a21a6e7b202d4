//! `profile-store`: `profiles.json` in the preopened folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use text::decode;

use crate::WasiCapabilities;
use crate::bindings::exports::entra_auth::core::profile_store::Guest;
use crate::failure::{self, Capability, Failure, Fault, failure};
use crate::folder;
use crate::unfinished;

impl Guest for WasiCapabilities {
    fn location() -> Result<String, Failure> {
        Ok(document()?.display().to_string())
    }

    fn read() -> Result<Option<String>, Failure> {
        read(&document()?)
    }

    fn replace(previous: Option<String>, next: String) -> Result<(), Failure> {
        let path = document()?;
        if read(&path)? != previous {
            return Err(failure(
                Capability::ProfileStore,
                Fault::Conflict,
                format!("`{}` was changed by somebody else", path.display()),
                "run the command again",
            ));
        }
        unfinished::put(&path, next.as_bytes()).map_err(|error| of_document("write", &path, &error))
    }
}

fn document() -> Result<PathBuf, Failure> {
    Ok(folder::config()?.join("profiles.json"))
}

fn read(path: &Path) -> Result<Option<String>, Failure> {
    let content = match fs::read(path) {
        Ok(content) => content,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(of_document("read", path, &error)),
    };
    let text = decode(&content).map(|text| Some(text.to_string()));
    text.map_err(|fault| {
        failure(
            Capability::ProfileStore,
            Fault::Damaged,
            format!("`{}` {fault}", path.display()),
            "repair it with an editor, or move it away to start anew",
        )
    })
}

fn of_document(verb: &str, path: &Path, error: &io::Error) -> Failure {
    failure::of_file(
        Capability::ProfileStore,
        verb,
        &path.display().to_string(),
        error,
    )
}
