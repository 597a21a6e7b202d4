//! The document as it is written: names and types, before anything is checked.
//!
//! A key that is not listed here is an error, so that a misspelt rule is no missing rule.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    pub(super) version: Spanned<u64>,
    #[serde(default)]
    pub(super) inbound: BTreeMap<String, Spanned<Inbound>>,
    #[serde(default)]
    pub(super) identity: BTreeMap<String, Spanned<Identity>>,
    #[serde(default)]
    pub(super) route: Vec<Spanned<Route>>,
    #[serde(default)]
    pub(super) limits: Limits,
    pub(super) listen: Option<Spanned<Listen>>,
    #[serde(default)]
    pub(super) log: Log,
    pub(super) sidecar: Option<Spanned<Sidecar>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Inbound {
    pub(super) authority: Option<String>,
    pub(super) tenants: Vec<String>,
    pub(super) audiences: Vec<String>,
    #[serde(default)]
    pub(super) clients: Vec<String>,
    #[serde(default)]
    pub(super) groups: Vec<String>,
    pub(super) skew: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Identity {
    pub(super) authority: Option<String>,
    pub(super) tenant: Option<String>,
    pub(super) client_id: Option<String>,
    pub(super) secret: Option<String>,
    pub(super) certificate: Option<String>,
    pub(super) certificate_password: Option<String>,
    pub(super) federated_token: Option<String>,
    pub(super) managed_identity: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Route {
    pub(super) name: String,
    pub(super) host: Option<String>,
    pub(super) path: String,
    pub(super) methods: Vec<String>,
    pub(super) inbound: Option<String>,
    #[serde(default)]
    pub(super) public: bool,
    #[serde(default)]
    pub(super) scopes: Vec<String>,
    #[serde(default)]
    pub(super) roles: Vec<String>,
    pub(super) upstream: String,
    #[serde(default)]
    pub(super) plain_http: bool,
    pub(super) attach: Option<Attach>,
    #[serde(default)]
    pub(super) pass_authorization: bool,
    #[serde(default)]
    pub(super) cookies: bool,
    #[serde(default)]
    pub(super) claims: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) metadata: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Attach {
    pub(super) identity: String,
    pub(super) grant: Option<String>,
    pub(super) scopes: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Limits {
    pub(super) body: Option<String>,
    pub(super) upstream_timeout: Option<String>,
    pub(super) requests: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Listen {
    pub(super) address: Option<String>,
    pub(super) certificate: Option<String>,
    pub(super) private_key: Option<String>,
    #[serde(default)]
    pub(super) plain_http: bool,
    pub(super) connections: Option<u32>,
    pub(super) health: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Log {
    pub(super) requests: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Sidecar {
    pub(super) inbound: String,
    #[serde(default)]
    pub(super) scopes: Vec<String>,
    #[serde(default)]
    pub(super) roles: Vec<String>,
    #[serde(default)]
    pub(super) engine_on_loopback: bool,
    #[serde(default)]
    pub(super) api: BTreeMap<String, Spanned<Api>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Api {
    pub(super) identity: String,
    pub(super) grant: Option<String>,
    pub(super) scopes: Vec<String>,
    #[serde(default)]
    pub(super) unauthenticated: bool,
}
