//! What the caller did wrong; what is wrong with the store stops no call.

use sealing::cache_entry::LARGEST;

use crate::bindings::entra_auth::core::errors::{Capability, Failure, Fault};

pub(crate) fn of_name(name: &str) -> Failure {
    Failure {
        capability: Capability::TokenCache,
        fault: Fault::Other,
        message: format!("{name} cannot be the name of an entry"),
        hint: Some("report this as a fault of entra-auth-cli".to_owned()),
    }
}

pub(crate) fn too_large() -> Failure {
    Failure {
        capability: Capability::TokenCache,
        fault: Fault::Denied,
        message: format!("the entry is larger than {LARGEST} bytes"),
        hint: Some("go on without the cache".to_owned()),
    }
}
