//! What the store of secrets says when it fails.

use crate::capability::bindings::entra_auth::core::errors::{Capability, Failure, Fault};
use crate::system::private_file::FileError;

pub(super) fn new(fault: Fault, message: impl Into<String>, hint: impl Into<String>) -> Failure {
    Failure::new(Capability::SecretStore, fault, message, hint)
}

pub(super) fn of_file(error: FileError) -> Failure {
    Failure::of_file(Capability::SecretStore, error)
}

pub(super) fn no_random() -> Failure {
    new(
        Fault::Other,
        "the system has no random bytes to give",
        "try again",
    )
}
