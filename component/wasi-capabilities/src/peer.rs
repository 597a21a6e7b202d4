//! `peer`: unknown. The engine listens, and tells a component nothing about connections.

use crate::WasiCapabilities;
use crate::bindings::exports::entra_auth::core::peer::{Guest, Place};

impl Guest for WasiCapabilities {
    fn locate() -> Place {
        Place::Unknown
    }
}
