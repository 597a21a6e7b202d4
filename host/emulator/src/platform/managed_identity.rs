//! Tokens of managed identities, which the platform hands to any program on it.
//!
//! <https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token>

use serde_json::{Value, json};

use crate::exchange::incoming::Incoming;
use crate::refusal::Refusal;
use crate::request::form::Form;
use crate::tenant::registration::ManagedIdentity;
use crate::token::{
    access::{AccessToken, Holder},
    authentication_method::AuthenticationMethod,
};

/// Finds the identity that a request means: the system-assigned one, or by client id, object id or
/// resource id.
pub(crate) fn selected<'t>(query: &Form, incoming: &Incoming<'t>) -> Option<&'t ManagedIdentity> {
    let options = &incoming.remembered.options;
    let mut identities = incoming.tenant.managed_identities.iter();
    let selector = SELECTORS
        .iter()
        .find_map(|(name, kind)| query.value(name).map(|value| (*kind, value)));
    match selector {
        // Old agents on servers outside Azure know only one identity and do not look.
        Some((kind, value)) if !options.ignore_identity_selector => {
            identities.find(|identity| kind.fits(identity, value))
        }
        _ if options.has_system_identity => {
            identities.find(|identity| identity.resource_id.is_none())
        }
        _ => None,
    }
}

/// The token answer, in which all numbers are text.
pub(crate) fn issue(
    identity: &ManagedIdentity,
    resource: &str,
    incoming: &Incoming<'_>,
) -> Result<Value, Refusal> {
    let tenant = incoming.tenant;
    let api = tenant
        .api(resource)
        .ok_or_else(|| Refusal::unknown_resource(resource, &tenant.id))?;
    let token = AccessToken {
        tenant,
        client_id: &identity.client_id,
        method: AuthenticationMethod::Assertion,
        api,
        resource,
        holder: Holder::Application {
            object_id: &identity.object_id,
            roles: &identity.app_roles,
        },
        capabilities: Vec::new(),
        lifetime: LIFETIME,
    };
    let now = incoming.exchange.now;
    Ok(json!({
        "access_token": token.issue(&incoming.exchange)?,
        "client_id": identity.client_id,
        "expires_in": LIFETIME.to_string(),
        "expires_on": now.moved_by(LIFETIME).0.to_string(),
        "ext_expires_in": (LIFETIME - 1).to_string(),
        "not_before": now.moved_by(-300).0.to_string(),
        "resource": resource,
        "token_type": "Bearer",
    }))
}

/// What a selector compares.
#[derive(Clone, Copy)]
enum Selector {
    Client,
    Object,
    Resource,
}

impl Selector {
    fn fits(self, identity: &ManagedIdentity, value: &str) -> bool {
        let known = match self {
            Self::Client => Some(&identity.client_id),
            Self::Object => Some(&identity.object_id),
            Self::Resource => identity.resource_id.as_ref(),
        };
        known.is_some_and(|known| known.eq_ignore_ascii_case(value))
    }
}

/// The platforms differ in how they call the same thing.
const SELECTORS: [(&str, Selector); 6] = [
    ("client_id", Selector::Client),
    ("object_id", Selector::Object),
    ("principal_id", Selector::Object),
    ("msi_res_id", Selector::Resource),
    ("mi_res_id", Selector::Resource),
    ("clientid", Selector::Client),
];

/// In seconds: a day.
const LIFETIME: i64 = 86_400;
