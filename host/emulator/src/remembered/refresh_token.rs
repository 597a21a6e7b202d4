//! Refresh tokens that were handed out (RFC 6749 section 1.5).

use crate::remembered::delegation::Delegation;
use crate::value::time::UnixTime;

/// What a refresh token stands for.
pub(crate) struct RefreshToken {
    pub(crate) delegation: Delegation,
    pub(crate) issued_at: UnixTime,
    pub(crate) is_revoked: bool,
}

impl RefreshToken {
    pub(crate) fn new(delegation: Delegation, issued_at: UnixTime) -> Self {
        Self {
            delegation,
            issued_at,
            is_revoked: false,
        }
    }
}
