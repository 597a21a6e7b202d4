//! ID tokens: who signed in, for the client itself (OpenID Connect Core 1.0 section 2).
//!
//! <https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference>

use serde_json::json;

use crate::exchange::Exchange;
use crate::refusal::Refusal;
use crate::remembered::delegation::Delegation;
use crate::tenant::registration::{Client, Tenant, User};
use crate::token::{access::LIFETIME, pairwise, signing_key::TENANT_KEY};
use crate::value::guid::Guid;

/// What the token says.
pub(crate) struct IdToken<'a> {
    pub(crate) tenant: &'a Tenant,
    pub(crate) client: &'a Client,
    pub(crate) user: &'a User,
    pub(crate) delegation: &'a Delegation,
}

impl IdToken<'_> {
    /// The signed token. It is of version 2.0, as the endpoint is.
    pub(crate) fn issue(&self, exchange: &Exchange<'_>) -> Result<String, Refusal> {
        let Self { user, .. } = self;
        let scopes = &self.delegation.scopes;
        let issued = exchange.now.moved_by(-300);
        let mut claims = json!({
            "aud": self.client.id,
            "iss": exchange.v2_issuer(&self.tenant.id),
            "iat": issued,
            "nbf": issued,
            "exp": exchange.now.moved_by(LIFETIME),
            "auth_time": self.delegation.signed_in_at,
            "rh": "emulator.",
            "sid": self.delegation.session_id,
            "sub": pairwise::subject(user, &self.client.id),
            "tid": self.tenant.id,
            "uti": Guid::random().to_base64url(),
            "ver": "2.0",
        });
        let profile = scopes.has("profile");
        let email = scopes.has("email");
        // Without a nonce in the request there must be none here: MSAL for Node insists on it.
        let optional = [
            ("nonce", self.delegation.nonce.as_ref()),
            ("name", profile.then_some(&user.name)),
            ("oid", profile.then_some(&user.object_id)),
            (
                "preferred_username",
                profile.then_some(&user.user_principal_name),
            ),
            ("email", email.then_some(&user.user_principal_name)),
        ];
        if let Some(members) = claims.as_object_mut() {
            for (name, value) in optional {
                value.map(|value| members.insert(name.to_owned(), json!(value)));
            }
        }
        let header = json!({ "typ": "JWT", "alg": "RS256", "kid": TENANT_KEY.key_id() });
        TENANT_KEY.sign(&header, &claims)
    }
}
