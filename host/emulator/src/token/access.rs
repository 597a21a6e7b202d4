//! Access tokens in Entra ID's shape.
//!
//! <https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference>

use serde::Serialize;

use crate::exchange::Exchange;
use crate::refusal::Refusal;
use crate::tenant::registration::{Api, AppRole, Tenant, TokenVersion, User};
use crate::token::{
    authentication_method::AuthenticationMethod, pairwise, signing_key::TENANT_KEY,
};
use crate::value::guid::Guid;

/// How long a token lives, in seconds: what Entra ID answers for app-only tokens.
pub(crate) const LIFETIME: i64 = 3599;

/// What a token says.
pub(crate) struct AccessToken<'a> {
    pub(crate) tenant: &'a Tenant,
    pub(crate) client_id: &'a str,
    pub(crate) method: AuthenticationMethod,
    pub(crate) api: &'a Api,
    /// The API as the client spelled it.
    pub(crate) resource: &'a str,
    pub(crate) holder: Holder<'a>,
    /// What the client says it understands.
    pub(crate) capabilities: Vec<&'static str>,
    /// In seconds.
    pub(crate) lifetime: i64,
}

/// For whom a token speaks.
pub(crate) enum Holder<'a> {
    /// The client itself.
    Application {
        object_id: &'a str,
        roles: &'a [AppRole],
    },
    /// Somebody who lets the client act.
    Person {
        user: &'a User,
        scopes: &'a str,
        session_id: &'a str,
        /// Whether more than the password was asked for.
        is_strong: bool,
    },
}

impl AccessToken<'_> {
    /// The signed token.
    pub(crate) fn issue(&self, exchange: &Exchange<'_>) -> Result<String, Refusal> {
        let header = Header::new(self.api.token_version);
        match self.api.token_version {
            TokenVersion::V1 => TENANT_KEY.sign(&header, &self.v1_claims(exchange)),
            TokenVersion::V2 => TENANT_KEY.sign(&header, &self.v2_claims(exchange)),
        }
    }

    fn v1_claims(&self, exchange: &Exchange<'_>) -> Claims<'_> {
        let issuer = exchange.v1_issuer(&self.tenant.id);
        let idp = match self.holder {
            Holder::Application { .. } => Some(issuer.clone()),
            Holder::Person { .. } => None,
        };
        let user = self.user();
        Claims {
            aud: self.resource,
            acr: user.map(|_| "1"),
            amr: user.map(|_| self.authentication_methods()),
            appid: Some(self.client_id),
            appidacr: Some(self.method.as_claim()),
            idp,
            unique_name: user.map(|user| user.user_principal_name.as_str()),
            upn: user.map(|user| user.user_principal_name.as_str()),
            ver: "1.0",
            ..self.claims(issuer, exchange)
        }
    }

    fn v2_claims(&self, exchange: &Exchange<'_>) -> Claims<'_> {
        let user = self.user();
        Claims {
            aud: &self.api.client_id,
            azp: Some(self.client_id),
            azpacr: Some(self.method.as_claim()),
            preferred_username: user.map(|user| user.user_principal_name.as_str()),
            ver: "2.0",
            ..self.claims(exchange.v2_issuer(&self.tenant.id), exchange)
        }
    }

    /// The claims that both versions have in common.
    fn claims(&self, iss: String, exchange: &Exchange<'_>) -> Claims<'_> {
        let issued = exchange.now.moved_by(-BACKDATED).0;
        let own = match &self.holder {
            Holder::Application { object_id, .. } => Claims {
                oid: object_id,
                roles: self.roles(),
                sub: (*object_id).to_owned(),
                ..Claims::default()
            },
            Holder::Person {
                user,
                scopes,
                session_id,
                ..
            } => Claims {
                name: Some(&user.name),
                oid: &user.object_id,
                scp: Some(scopes),
                sid: Some(session_id),
                sub: pairwise::subject(user, &self.api.client_id),
                ..Claims::default()
            },
        };
        Claims {
            iss,
            iat: issued,
            nbf: issued,
            exp: exchange.now.moved_by(self.lifetime).0,
            aio: OPAQUE,
            rh: OPAQUE,
            tid: &self.tenant.id,
            uti: Guid::random().to_base64url(),
            xms_cc: &self.capabilities,
            ..own
        }
    }

    fn user(&self) -> Option<&User> {
        match &self.holder {
            Holder::Application { .. } => None,
            Holder::Person { user, .. } => Some(user),
        }
    }

    fn authentication_methods(&self) -> &'static [&'static str] {
        match self.holder {
            Holder::Person {
                is_strong: true, ..
            } => &["pwd", "mfa"],
            _ => &["pwd"],
        }
    }

    fn roles(&self) -> Vec<&str> {
        let Holder::Application { roles, .. } = self.holder else {
            return Vec::new();
        };
        roles
            .iter()
            .filter(|role| role.api == self.api.app_id_uri)
            .map(|role| role.value.as_str())
            .collect()
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
        let kid = TENANT_KEY.key_id();
        let x5t = (version == TokenVersion::V1).then(|| kid.clone());
        Self {
            typ: "JWT",
            alg: "RS256",
            x5t,
            kid,
        }
    }
}

#[derive(Default, Serialize)]
struct Claims<'a> {
    aud: &'a str,
    iss: String,
    iat: u64,
    nbf: u64,
    exp: u64,
    aio: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amr: Option<&'static [&'static str]>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    oid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    preferred_username: Option<&'a str>,
    rh: &'static str,
    /// A token is issued without any role, and then the claim is missing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    roles: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scp: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<&'a str>,
    sub: String,
    tid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    unique_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upn: Option<&'a str>,
    uti: String,
    ver: &'static str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    xms_cc: &'a [&'static str],
}

/// Entra ID dates tokens five minutes back, for APIs whose clock is slow.
const BACKDATED: i64 = 300;

/// Stands for claims that only Microsoft reads.
const OPAQUE: &str = "emulator.";
