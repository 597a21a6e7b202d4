//! Access tokens in Entra ID's shape.
//!
//! <https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference>

use serde::Serialize;

use crate::{
    client_authentication::AuthenticationMethod,
    exchange::Exchange,
    guid::Guid,
    refusal::Refusal,
    registration::{Api, Client, Tenant, TokenVersion},
    signing_key,
};

/// How long a token lives, in seconds: what Entra ID answers for app-only tokens.
pub(crate) const LIFETIME: i64 = 3599;

/// What an app-only token says.
pub(crate) struct AppOnly<'a> {
    pub(crate) tenant: &'a Tenant,
    pub(crate) client: &'a Client,
    pub(crate) method: AuthenticationMethod,
    pub(crate) api: &'a Api,
    /// The API as the client spelled it.
    pub(crate) resource: &'a str,
    /// What the client says it understands.
    pub(crate) capabilities: Vec<&'static str>,
}

impl AppOnly<'_> {
    /// The signed token.
    pub(crate) fn issue(&self, exchange: &Exchange<'_>) -> Result<String, Refusal> {
        let header = Header::new(self.api.token_version);
        match self.api.token_version {
            TokenVersion::V1 => signing_key::sign(&header, &self.v1_claims(exchange)),
            TokenVersion::V2 => signing_key::sign(&header, &self.v2_claims(exchange)),
        }
    }

    fn v1_claims(&self, exchange: &Exchange<'_>) -> Claims<'_> {
        let issuer = exchange.origin.v1_issuer(&self.tenant.id);
        Claims {
            aud: self.resource,
            appid: Some(&self.client.id),
            appidacr: Some(self.method.as_claim()),
            idp: Some(issuer.clone()),
            ver: "1.0",
            ..self.claims(issuer, exchange)
        }
    }

    fn v2_claims(&self, exchange: &Exchange<'_>) -> Claims<'_> {
        Claims {
            aud: &self.api.client_id,
            azp: Some(&self.client.id),
            azpacr: Some(self.method.as_claim()),
            ver: "2.0",
            ..self.claims(exchange.origin.v2_issuer(&self.tenant.id), exchange)
        }
    }

    /// The claims that both versions have in common.
    fn claims(&self, iss: String, exchange: &Exchange<'_>) -> Claims<'_> {
        let issued = exchange.now.moved_by(-BACKDATED).0;
        Claims {
            aud: "",
            iss,
            iat: issued,
            nbf: issued,
            exp: exchange.now.moved_by(LIFETIME).0,
            aio: OPAQUE,
            appid: None,
            appidacr: None,
            azp: None,
            azpacr: None,
            idp: None,
            oid: &self.client.object_id,
            rh: OPAQUE,
            roles: self.roles(),
            sub: &self.client.object_id,
            tid: &self.tenant.id,
            uti: Guid::random().to_base64url(),
            ver: "",
            xms_cc: &self.capabilities,
        }
    }

    fn roles(&self) -> Vec<&str> {
        let granted = self
            .client
            .app_roles
            .iter()
            .filter(|role| role.api == self.api.app_id_uri);
        granted.map(|role| role.value.as_str()).collect()
    }
}

/// The header: v1.0 tokens name the key twice.
#[derive(Serialize)]
struct Header {
    typ: &'static str,
    alg: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    x5t: Option<String>,
    kid: String,
}

impl Header {
    fn new(version: TokenVersion) -> Self {
        let kid = signing_key::key_id();
        let x5t = (version == TokenVersion::V1).then(|| kid.clone());
        Self {
            typ: "JWT",
            alg: "RS256",
            x5t,
            kid,
        }
    }
}

#[derive(Serialize)]
struct Claims<'a> {
    aud: &'a str,
    iss: String,
    iat: u64,
    nbf: u64,
    exp: u64,
    aio: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    appid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    appidacr: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    azp: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    azpacr: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    idp: Option<String>,
    oid: &'a str,
    rh: &'static str,
    /// A token is issued without any role, and then the claim is missing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    roles: Vec<&'a str>,
    sub: &'a str,
    tid: &'a str,
    uti: String,
    ver: &'static str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    xms_cc: &'a [&'static str],
}

/// Entra ID dates tokens five minutes back, for APIs whose clock is slow.
const BACKDATED: i64 = 300;

/// Stands for claims that only Microsoft reads.
const OPAQUE: &str = "emulator.";
