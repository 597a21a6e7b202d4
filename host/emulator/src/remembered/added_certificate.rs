//! Certificates that were registered while the emulator runs.

use crate::tenant::certificate::Certificate;

/// A certificate and the client that it was registered for.
pub(crate) struct AddedCertificate {
    pub(crate) client_id: String,
    pub(crate) certificate: Certificate,
}
