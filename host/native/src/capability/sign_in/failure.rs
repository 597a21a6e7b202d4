//! What the sign-in says when it fails.

use crate::capability::bindings::entra_auth::core::errors::{Capability, Failure, Fault};

pub(super) fn new(fault: Fault, message: impl Into<String>, hint: impl Into<String>) -> Failure {
    Failure::new(Capability::SignIn, fault, message, hint)
}
