//! Conditional access: sign-ins that need more than a password, on a test's order.
//!
//! <https://learn.microsoft.com/entra/identity-platform/v2-conditional-access-dev-guide>

use serde_json::{Value, json};

use crate::refusal::Refusal;
use crate::remembered::{Remembered, policy::Policy};
use crate::tenant::registration::{Api, Client, User};
use crate::value::guid::Guid;

/// Refuses what a policy forbids and the person did not make good.
pub(crate) fn enforce(
    remembered: &Remembered,
    client: &Client,
    user: &User,
    api: &Api,
    is_on_behalf: bool,
) -> Result<(), Refusal> {
    let broken = remembered.policies.iter().find(|policy| {
        policy.concerns(client, user, api)
            && !remembered
                .satisfied
                .contains(&(user.object_id.clone(), policy.id))
    });
    broken.map_or(Ok(()), |policy| Err(policy.refusal(is_on_behalf)))
}

/// Whether this sign-in should ask for more than the password.
pub(crate) fn is_challenged(remembered: &Remembered, user: &User, claims: Option<&str>) -> bool {
    challenged(remembered, claims).iter().any(|id| {
        !remembered
            .satisfied
            .contains(&(user.object_id.clone(), *id))
    })
}

/// Remembers that a person showed more than the password.
pub(crate) fn satisfy(remembered: &mut Remembered, user: &User, claims: Option<&str>) {
    for id in challenged(remembered, claims) {
        remembered.satisfied.push((user.object_id.clone(), id));
    }
}

/// Whether a person ever showed more than the password.
pub(crate) fn is_strong(remembered: &Remembered, user: &User) -> bool {
    remembered
        .satisfied
        .iter()
        .any(|(user_id, _)| *user_id == user.object_id)
}

fn challenged(remembered: &Remembered, claims: Option<&str>) -> Vec<Guid> {
    let claims: Value = claims
        .and_then(|claims| serde_json::from_str(claims).ok())
        .unwrap_or_default();
    let answered = remembered.policies.iter();
    answered
        .filter(|policy| policy.is_answered_by(&claims))
        .map(|policy| policy.id)
        .collect()
}

impl Policy {
    fn concerns(&self, client: &Client, user: &User, api: &Api) -> bool {
        let is = |rule: &Option<String>, value: &str| {
            rule.as_deref()
                .is_none_or(|rule| rule.eq_ignore_ascii_case(value))
        };
        is(&self.user, &user.user_principal_name)
            && is(&self.client, &client.id)
            && is(&self.resource, &api.app_id_uri)
    }

    /// The refusal, with the challenge that a new sign-in must bring back.
    fn refusal(&self, is_on_behalf: bool) -> Refusal {
        let (error, suberror) = match self.code {
            50076 if !is_on_behalf => ("invalid_grant", "basic_action"),
            53003 => ("invalid_grant", "message_only"),
            _ => ("interaction_required", "basic_action"),
        };
        let error = self.error.clone().unwrap_or_else(|| error.to_owned());
        let suberror = self.suberror.clone().unwrap_or_else(|| suberror.to_owned());
        let text = "A conditional access policy asks for more than this sign-in showed.";
        Refusal::new(error, self.code, text)
            .with_suberror(suberror)
            .with_claims(self.challenge())
    }

    fn challenge(&self) -> String {
        let kind = if self.code / 1000 == 53 {
            "capolids"
        } else {
            "polids"
        };
        let value = json!({ "essential": true, "values": [self.id.to_string()] });
        json!({ "access_token": { kind: value } }).to_string()
    }

    /// Whether a request's parameter `claims` brings the challenge back.
    fn is_answered_by(&self, claims: &Value) -> bool {
        let id = json!(self.id.to_string());
        ["polids", "capolids"].iter().any(|kind| {
            claims
                .pointer(&format!("/access_token/{kind}/values"))
                .and_then(Value::as_array)
                .is_some_and(|values| values.contains(&id))
        })
    }
}
