//! The grant of devices without a browser (RFC 8628).
//!
//! <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code>

use serde_json::Value;

use crate::client::authentication::{Presented, refuse_browsers};
use crate::exchange::incoming::Incoming;
use crate::refusal::Refusal;
use crate::remembered::{
    delegation::Delegation,
    device_code::{Decision, DeviceCode},
    options::Options,
};
use crate::request::form::Form;
use crate::tenant::authority::Authority;
use crate::value::time::UnixTime;

/// Answers the grant: how far the person is, or the tokens.
pub(crate) fn grant(
    authority: Authority<'_>,
    form: &Form,
    incoming: &mut Incoming<'_>,
) -> Result<Value, Refusal> {
    let presented = Presented::from_request(incoming.request.headers(), form)?;
    let client = presented.client(incoming.tenant)?;
    authority.admit(client)?;
    let name = form.required("device_code")?;
    refuse_browsers(incoming.request.headers())?;
    let method = presented.authenticate_for_person(client, None, incoming)?;
    let options = incoming.remembered.options.clone();
    let now = incoming.exchange.now;
    let code = incoming
        .remembered
        .device_codes
        .get_mut(name)
        .filter(|code| code.client_id == client.id)
        .ok_or_else(|| {
            let text = "The device code is not recognised.";
            Refusal::new("bad_verification_code", 70018, text)
        })?;
    incoming.exchange.correlate(code.correlation_id);
    let delegation = code.poll(&options, now)?;
    let answer = delegation.issue(client, method, form, incoming)?;
    if let Some(code) = incoming.remembered.device_codes.get_mut(name) {
        code.is_redeemed = true;
    }
    Ok(answer)
}

impl DeviceCode {
    /// What the person agreed to, or how far they are.
    fn poll(&mut self, options: &Options, now: UnixTime) -> Result<Delegation, Refusal> {
        let last = self.polled_at.replace(now);
        let is_hasty = last.is_some_and(|last| now < last.moved_by(options.device_interval));
        let refused = |error: &'static str, code, text| Err(Refusal::new(error, code, text));
        match &self.decision {
            Decision::Approved(_) if self.is_redeemed => refused(
                "invalid_grant",
                54005,
                "The device code was redeemed before.",
            ),
            Decision::Approved(delegation) => Ok((**delegation).clone()),
            Decision::Declined => refused(
                "authorization_declined",
                65004,
                "The person declined the sign-in.",
            ),
            Decision::Pending if self.ends <= now => refused(
                "expired_token",
                70020,
                "The device code has expired; begin again.",
            ),
            Decision::Pending if options.slow_down && is_hasty => {
                refused("slow_down", 70016, "The client asks too often.")
            }
            Decision::Pending => refused(
                "authorization_pending",
                70016,
                "The person has not finished the sign-in yet.",
            ),
        }
    }
}
