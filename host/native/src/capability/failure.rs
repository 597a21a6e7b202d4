//! What a capability says when it fails.

use crate::capability::bindings::entra_auth::core::errors::{Capability, Failure, Fault};
use crate::system::private_file::{self, FileError};

impl Failure {
    /// With what to do about it.
    pub(super) fn new(
        capability: Capability,
        fault: Fault,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self {
            capability,
            fault,
            message: message.into(),
            hint: Some(hint.into()),
        }
    }

    /// Of a file that `capability` could not use.
    pub(super) fn of_file(capability: Capability, error: FileError) -> Self {
        Self::new(capability, error.fault.into(), error.message, error.hint)
    }
}

impl From<private_file::Fault> for Fault {
    fn from(fault: private_file::Fault) -> Self {
        match fault {
            private_file::Fault::Absent => Self::Absent,
            private_file::Fault::Damaged => Self::Damaged,
            private_file::Fault::Denied => Self::Denied,
            private_file::Fault::TimedOut => Self::TimedOut,
            private_file::Fault::Other => Self::Other,
        }
    }
}
