//! Device codes that were handed out (RFC 8628 section 3.2).

use crate::remembered::delegation::Delegation;
use crate::request::scopes::RequestedScopes;
use crate::value::{guid::Guid, time::UnixTime};

/// What a device code stands for.
pub(crate) struct DeviceCode {
    pub(crate) user_code: String,
    pub(crate) client_id: String,
    pub(crate) scopes: RequestedScopes,
    pub(crate) claims: Option<String>,
    pub(crate) decision: Decision,
    pub(crate) ends: UnixTime,
    /// Poll answers carry the first request's name.
    pub(crate) correlation_id: Guid,
    pub(crate) polled_at: Option<UnixTime>,
    pub(crate) is_redeemed: bool,
}

/// What the person decided.
pub(crate) enum Decision {
    Approved(Box<Delegation>),
    Declined,
    Pending,
}

impl DeviceCode {
    /// Whether somebody can still decide.
    pub(crate) fn is_open(&self, now: UnixTime) -> bool {
        matches!(self.decision, Decision::Pending) && now < self.ends
    }

    /// The decision of somebody who signed in.
    pub(crate) fn approval(&self, user_id: &str, session_id: String, now: UnixTime) -> Decision {
        Decision::Approved(Box::new(Delegation {
            client_id: self.client_id.clone(),
            user_id: user_id.to_owned(),
            platform: None,
            session_id,
            signed_in_at: now,
            scopes: self.scopes.clone(),
            nonce: None,
            is_on_behalf: false,
        }))
    }
}
