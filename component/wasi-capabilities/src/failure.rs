//! Failures in the words of the contract.

use std::io;

pub(crate) use crate::bindings::entra_auth::core::errors::{Capability, Failure, Fault};

/// A failure with advice.
pub(crate) fn failure(
    capability: Capability,
    fault: Fault,
    message: impl Into<String>,
    hint: impl Into<String>,
) -> Failure {
    Failure {
        capability,
        fault,
        message: message.into(),
        hint: Some(hint.into()),
    }
}

/// What went wrong with a file, and the usual reason for it in a sandbox.
pub(crate) fn of_file(
    capability: Capability,
    verb: &str,
    path: &str,
    error: &io::Error,
) -> Failure {
    let fault = match error.kind() {
        io::ErrorKind::NotFound => Fault::Absent,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Fault::Denied,
        _ => Fault::Other,
    };
    failure(
        capability,
        fault,
        format!("cannot {verb} `{path}`: {error}"),
        "the sandbox sees only preopened folders; with wasmtime, give one by `--dir FOLDER::/NAME`",
    )
}
