//! A person's decision on a device code, without a browser.

use serde::Deserialize;
use serde_json::Value;

use crate::person::consent;
use crate::remembered::{Remembered, device_code::Decision};
use crate::tenant::registration::Tenant;
use crate::value::{guid::Guid, time::UnixTime};

/// Which code, and what becomes of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeviceDecision {
    /// The newest one that is still open, if it is not given.
    user_code: Option<String>,
    action: Action,
    /// Who decides; alice if it is not given.
    user: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    Approve,
    Decline,
    Expire,
}

impl DeviceDecision {
    /// Carries the decision out.
    pub(crate) fn carry_out(
        &self,
        tenant: &Tenant,
        remembered: &mut Remembered,
        now: UnixTime,
    ) -> Result<Value, String> {
        let user = match &self.user {
            Some(name) => tenant.user_named(name),
            None => tenant.users.first(),
        };
        let user = user.ok_or("there is no such user")?;
        let mut codes = remembered.device_codes.iter_mut();
        let code = codes
            .find(|code| match &self.user_code {
                Some(wanted) => code.user_code.eq_ignore_ascii_case(wanted),
                None => code.is_open(now),
            })
            .ok_or("there is no such user code")?;
        match self.action {
            Action::Decline => code.decision = Decision::Declined,
            Action::Expire => code.ends = now,
            Action::Approve => {
                let client = tenant.client(&code.client_id).ok_or("the client is gone")?;
                let api = code.scopes.api(tenant).map_err(|refusal| refusal.text)?;
                code.decision = code.approval(&user.object_id, Guid::random().to_string(), now);
                let scopes = code.scopes.clone();
                drop(codes);
                consent::give(&scopes, remembered, client, user, api);
            }
        }
        Ok(Value::Null)
    }
}
