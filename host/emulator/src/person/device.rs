//! What a person decides about a device that waits (RFC 8628 section 3.3).

use crate::exchange::incoming::Incoming;
use crate::remembered::{
    device_code::{Decision, DeviceCode},
    sign_in::SignedIn,
};

/// The code that somebody entered, if it is still to be decided.
pub(crate) fn open<'c>(user_code: &str, incoming: &'c Incoming<'_>) -> Option<&'c DeviceCode> {
    let mut codes = incoming.remembered.device_codes.iter();
    codes.find(|code| code.user_code == user_code && code.is_open(incoming.exchange.now))
}

/// Records a decision.
pub(crate) fn decide(user_code: &str, decision: Decision, incoming: &mut Incoming<'_>) {
    let mut codes = incoming.remembered.device_codes.iter_mut();
    if let Some(code) = codes.find(|code| code.user_code == user_code) {
        code.decision = decision;
    }
}

/// Records that somebody signed in and agreed.
pub(crate) fn approve(user_code: &str, signed_in: &SignedIn, incoming: &mut Incoming<'_>) {
    let Some(code) = open(user_code, incoming) else {
        return;
    };
    let decision = code.approval(
        &signed_in.user_id,
        signed_in.session_id.clone(),
        signed_in.signed_in_at,
    );
    decide(user_code, decision, incoming);
}
