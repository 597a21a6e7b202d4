//! Controls that change what the tenant is or does, as an administrator or a person would.

use http::{Method, Request};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::platform::external_token::ExternalToken;
use crate::remembered::Remembered;
use crate::tenant::registration::Tenant;
use crate::test_control::{
    certificate_registration, device_decision::DeviceDecision, message::parsed,
};
use crate::value::time::UnixTime;

/// Carries out a control request. `None` means that there is no such control.
pub(crate) fn carry_out(
    request: &Request<Vec<u8>>,
    path: &str,
    now: UnixTime,
    tenant: &Tenant,
    remembered: &mut Remembered,
) -> Option<Result<Value, String>> {
    Some(match (request.method(), path) {
        (&Method::POST, "/certificates") => {
            certificate_registration::carry_out(request, tenant, remembered)
        }
        (&Method::POST, "/device") => parsed(request)
            .and_then(|decision: DeviceDecision| decision.carry_out(tenant, remembered, now)),
        (&Method::POST, "/policies") => parsed(request).map(|policy| {
            remembered.policies.push(policy);
            Value::Null
        }),
        (&Method::DELETE, "/policies") => {
            remembered.policies.clear();
            remembered.satisfied.clear();
            Ok(Value::Null)
        }
        (&Method::POST, "/revoke") => parsed(request)
            .and_then(|revocation: Revocation| revocation.carry_out(tenant, remembered)),
        (&Method::POST, "/external-token") => parsed(request)
            .and_then(|token: ExternalToken| token.issue(now).map_err(|refusal| refusal.text)),
        (&Method::GET, "/options") => Ok(json!(remembered.options)),
        (&Method::POST, "/options") => {
            parsed(request).and_then(|changes| remembered.options.change(changes))
        }
        _ => return None,
    })
}

/// Ends what somebody gave: sessions, refresh tokens and, if wanted, consent.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Revocation {
    user: String,
    consent: bool,
}

impl Default for Revocation {
    fn default() -> Self {
        Self {
            user: "alice@contoso.onmicrosoft.com".to_owned(),
            consent: false,
        }
    }
}

impl Revocation {
    fn carry_out(&self, tenant: &Tenant, remembered: &mut Remembered) -> Result<Value, String> {
        let user = tenant
            .user_named(&self.user)
            .ok_or("there is no such user")?;
        for token in remembered.refresh_tokens.iter_mut() {
            token.is_revoked |= token.delegation.user_id == user.object_id;
        }
        remembered
            .sessions
            .retain(|session| session.user_id != user.object_id);
        if self.consent {
            remembered
                .consents
                .retain(|consent| consent.user_id != user.object_id);
        }
        Ok(Value::Null)
    }
}
