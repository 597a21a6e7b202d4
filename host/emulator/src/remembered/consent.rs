//! Consent that people gave.

use crate::tenant::registration::Permission;

/// What one person gave to one client.
pub(crate) struct Consent {
    pub(crate) user_id: String,
    pub(crate) client_id: String,
    pub(crate) permission: Permission,
}
