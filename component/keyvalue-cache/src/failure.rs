//! What the caller did wrong; what is wrong with the store stops no call.

use cache_entry::Misuse;

use crate::bindings::entra_auth::core::errors::{Capability, Failure, Fault};

impl From<Misuse> for Failure {
    fn from(misuse: Misuse) -> Self {
        Self {
            capability: Capability::TokenCache,
            fault: match misuse {
                Misuse::Name(_) => Fault::Other,
                Misuse::Size => Fault::Denied,
            },
            message: misuse.message(),
            hint: Some(misuse.hint().to_owned()),
        }
    }
}
