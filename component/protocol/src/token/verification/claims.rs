//! The claims of an access token, each in the one form that Entra gives it.
//!
//! [Access token claims](https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference). A claim in another form is
//! no claim: a number that cannot be read is not a number that is missing.

use serde_json::{Map, Value};

use crate::authority::issuer;
use crate::authority::token_version::TokenVersion;
use crate::token::verification::mark;
use crate::token::verification::rejection::{Rejection, Rule};
use crate::value::guid::is_guid;
use crate::value::time::Timestamp;

/// For whom a token speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holder {
    /// The client itself; nobody signed in.
    Application,
    /// A person, who lets the client act.
    Person,
}

/// The groups of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Groups {
    /// These, by object id.
    Listed(Vec<String>),
    /// Too many to list: only Microsoft Graph knows them.
    Overage,
}

/// What an access token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessClaims {
    pub(super) version: TokenVersion,
    pub(super) issuer: String,
    pub(super) tenant_id: String,
    pub(super) audience: String,
    pub(super) client_id: String,
    pub(super) holder: Holder,
    pub(super) scopes: Vec<String>,
    pub(super) roles: Vec<String>,
    pub(super) groups: Groups,
    pub(super) issued_at: Timestamp,
    pub(super) not_before: Timestamp,
    pub(super) expires_at: Timestamp,
    mark: Option<String>,
    /// All of them, as they are told on.
    json: String,
}

impl AccessClaims {
    pub(super) fn read(members: Map<String, Value>) -> Result<Self, Rejection> {
        let claims = Reader(&members);
        let version = claims.version()?;
        let client_id = claims.client_id(version)?;
        let scopes = claims.scopes()?;
        Ok(Self {
            version,
            issuer: claims.required("iss", Rule::Issuer)?,
            tenant_id: claims.tenant_id()?,
            audience: claims.required("aud", Rule::Audience)?,
            client_id,
            holder: claims.holder(&scopes)?,
            scopes,
            roles: claims.list("roles")?,
            groups: claims.groups()?,
            issued_at: claims.time("iat")?,
            not_before: claims.time("nbf")?,
            expires_at: claims.time("exp")?,
            mark: mark::of(&members),
            json: Value::from(members).to_string(),
        })
    }

    /// The tenant, a GUID.
    pub fn tenant_id(&self) -> &str {
        &self.tenant_id
    }

    /// The sign-in host of the cloud that it names as its issuer; `None` where that is none of Microsoft's.
    pub fn named_instance(&self) -> Option<String> {
        issuer::named_instance(&self.issuer, &self.tenant_id)
    }

    /// The API (`aud`): an App ID URI or a client id.
    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// Who called, for a log that is read by more people than may know it.
    pub fn mark(&self) -> Option<&str> {
        self.mark.as_deref()
    }

    /// All claims as a JSON object, in the token's order.
    pub fn json(&self) -> &str {
        &self.json
    }
}

struct Reader<'a>(&'a Map<String, Value>);

impl Reader<'_> {
    /// A text that is there, or not.
    fn text(&self, name: &str) -> Result<Option<&str>, Rejection> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(malformed(name, "is no text")),
        }
    }

    fn required(&self, name: &str, rule: Rule) -> Result<String, Rejection> {
        let text = self.0.get(name).and_then(Value::as_str).unwrap_or_default();
        if text.is_empty() {
            return Err(Rejection::new(
                rule,
                format!("the token has no `{name}`, or not one text"),
            ));
        }
        Ok(text.to_owned())
    }

    fn version(&self) -> Result<TokenVersion, Rejection> {
        match self.text("ver")? {
            Some("1.0") => Ok(TokenVersion::V1),
            Some("2.0") => Ok(TokenVersion::V2),
            _ => Err(Rejection::new(
                Rule::Issuer,
                "the token is of neither version that Entra has (`ver`)",
            )),
        }
    }

    fn tenant_id(&self) -> Result<String, Rejection> {
        let tenant_id = self.required("tid", Rule::Tenant)?;
        if !is_guid(&tenant_id) {
            return Err(Rejection::new(Rule::Tenant, "the token's `tid` is no GUID"));
        }
        Ok(tenant_id)
    }

    /// ID tokens, which are for the client itself, name none.
    fn client_id(&self, version: TokenVersion) -> Result<String, Rejection> {
        let name = match version {
            TokenVersion::V1 => "appid",
            TokenVersion::V2 => "azp",
        };
        match self.text(name)? {
            Some(client_id) if !client_id.is_empty() => Ok(client_id.to_owned()),
            _ => Err(Rejection::new(
                Rule::IdToken,
                format!("the token names no client (`{name}`), so it is an ID token and no access token"),
            )
            .with_hint("send the access token; an ID token tells the client who signed in, and no API takes it")),
        }
    }

    /// `idtyp` where the API asks for it; else scopes, which only people's tokens have.
    fn holder(&self, scopes: &[String]) -> Result<Holder, Rejection> {
        let is_own_subject = || {
            let of = |name| self.0.get(name).and_then(Value::as_str);
            of("oid").is_none() || of("oid") == of("sub")
        };
        match (self.text("idtyp")?, scopes) {
            (Some("app"), []) => Ok(Holder::Application),
            (Some("app"), _) => Err(malformed("scp", "contradicts its `idtyp`")),
            (Some(_), _) => Ok(Holder::Person),
            (None, []) if is_own_subject() => Ok(Holder::Application),
            (None, _) => Ok(Holder::Person),
        }
    }

    fn scopes(&self) -> Result<Vec<String>, Rejection> {
        let scopes = self.text("scp")?.unwrap_or_default();
        Ok(scopes.split_ascii_whitespace().map(str::to_owned).collect())
    }

    fn list(&self, name: &str) -> Result<Vec<String>, Rejection> {
        let Some(value) = self.0.get(name) else {
            return Ok(Vec::new());
        };
        let texts = value.as_array().map(|items| {
            let texts = items.iter().map(|item| item.as_str().map(str::to_owned));
            texts.collect::<Option<Vec<String>>>()
        });
        texts
            .flatten()
            .ok_or_else(|| malformed(name, "is no list of texts"))
    }

    /// [Groups overage](https://learn.microsoft.com/security/zero-trust/develop/configure-tokens-group-claims-app-roles#group-overages).
    fn groups(&self) -> Result<Groups, Rejection> {
        let names = self.0.get("_claim_names").and_then(Value::as_object);
        let is_elsewhere = names.is_some_and(|names| names.contains_key("groups"));
        if is_elsewhere || self.0.contains_key("hasgroups") {
            return Ok(Groups::Overage);
        }
        self.list("groups").map(Groups::Listed)
    }

    /// Whole seconds (RFC 7519 section 2), as Entra writes them.
    fn time(&self, name: &str) -> Result<Timestamp, Rejection> {
        let seconds = self.0.get(name).and_then(Value::as_u64);
        seconds.map(Timestamp::from_unix_seconds).ok_or_else(|| {
            Rejection::new(
                Rule::Times,
                format!("the token has no `{name}`, or one that is no whole number of seconds"),
            )
        })
    }
}

fn malformed(name: &str, how: &str) -> Rejection {
    Rejection::new(Rule::Malformed, format!("the token's `{name}` {how}"))
}
