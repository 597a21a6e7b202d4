//! Why the system has no certificate authorities, where it keeps them in files.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use super::super::cause::{Cause, of_system};
use super::{CA_FILE, bundle};
use crate::capability::bindings::entra_auth::core::errors::Fault;

/// OpenSSL's variables, which name other places than the usual ones.
const FILE: &str = "SSL_CERT_FILE";
const FOLDERS: &str = "SSL_CERT_DIR";

/// Where the authorities are said to be.
#[derive(Debug)]
pub(super) struct Places {
    file: Option<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Places {
    /// From environment variables.
    pub(super) fn from_variables(find: impl Fn(&str) -> Option<OsString>) -> Self {
        let folders = find(FOLDERS).unwrap_or_default();
        Self {
            file: find(FILE).map(PathBuf::from),
            folders: std::env::split_paths(&folders)
                .filter(|path| !path.as_os_str().is_empty())
                .collect(),
        }
    }

    /// Why none were found there.
    pub(super) fn why_none(&self) -> Cause {
        if let Some(file) = &self.file {
            // What this program reads, and those that keep to OpenSSL do not.
            return bundle::read(FILE, file).map_or_else(
                |cause| cause,
                |_| {
                    bundle::unusable(
                        FILE,
                        file,
                        "which is no text in ASCII",
                        &format!("write it as such (PEM), or name it in {CA_FILE} instead"),
                    )
                },
            );
        }
        if let Some(folder) = self.folders.first() {
            let why = match fs::read_dir(folder) {
                Ok(_) => "in which there are none".to_owned(),
                Err(error) => format!("which cannot be read: {}", of_system(&error)),
            };
            let hint = "correct the path to a folder of certificates, or unset the variable";
            return bundle::unusable(FOLDERS, folder, &why, hint);
        }
        Cause::new(
            Fault::Untrusted,
            "this system has no certificate authorities to judge servers by",
            format!(
                "install them (the package `ca-certificates`), or name a file of them in {CA_FILE}"
            ),
        )
    }
}
