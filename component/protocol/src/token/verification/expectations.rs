//! What an API expects of whoever calls it.

use std::time::Duration;

use crate::authority::Authority;
use crate::authority::issuer::access_token_issuer;
use crate::authority::token_version::TokenVersion;
use crate::token::verification::claims::{AccessClaims, Groups, Holder};
use crate::token::verification::key_set::KeySetRequest;
use crate::token::verification::rejection::{Rejection, Rule};
use crate::value::guid::is_guid;
use crate::value::impossible::Impossible;
use crate::value::printable::quoted;
use crate::value::time::Timestamp;

/// The most that two clocks may differ: Microsoft's libraries allow five minutes
/// ([token validation](https://learn.microsoft.com/dotnet/api/microsoft.identitymodel.tokens.tokenvalidationparameters.defaultclockskew)).
pub const LONGEST_SKEW: Duration = Duration::from_secs(300);

/// Which tokens an API takes, checked.
#[derive(Clone, Debug)]
pub struct Expectations {
    authority: Authority,
    issuers: Vec<Issuer>,
    audiences: Vec<String>,
    clients: Vec<String>,
    permissions: Permissions,
    groups: Vec<String>,
    skew: Duration,
}

/// A tenant that may call, in one version of its tokens.
#[derive(Clone, Debug)]
struct Issuer {
    tenant_id: String,
    version: TokenVersion,
    name: String,
    keys: KeySetRequest,
}

/// What a caller has to be allowed. Scopes are for people and roles for applications: neither stands for the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permissions {
    /// A person's client needs one of these.
    pub scopes: Vec<String>,
    /// An application needs one of these.
    pub roles: Vec<String>,
}

impl Issuer {
    /// Nothing where the authority issues no such tokens.
    fn of(authority: &Authority, tenant_id: &str, version: TokenVersion) -> Option<Self> {
        Some(Self {
            tenant_id: tenant_id.to_owned(),
            version,
            name: access_token_issuer(authority, version, tenant_id)?,
            keys: KeySetRequest::new(authority.keys_url(version, tenant_id)?),
        })
    }

    fn has_issued(&self, claims: &AccessClaims) -> bool {
        self.version == claims.version
            && self.tenant_id == claims.tenant_id
            && self.name == claims.issuer
    }
}

impl Expectations {
    /// Tokens of these tenants for these audiences. Tenants are GUIDs, so that nobody can take over a name; an API that goes by an
    /// App ID URI and by its client id names both, to the letter.
    pub fn new(
        authority: Authority,
        tenants: &[String],
        audiences: &[String],
    ) -> Result<Self, Impossible> {
        if let Some(tenant) = tenants.iter().find(|tenant| !is_guid(tenant)) {
            return Err(
                Impossible::new(format!("tenant {} is no GUID", quoted(tenant))).with_hint(
                    "tokens name their tenant by GUID; the portal shows it as `Tenant ID`",
                ),
            );
        }
        if tenants.is_empty() {
            return Err(Impossible::new("no tenant is named whose tokens are taken"));
        }
        if audiences.is_empty() || audiences.iter().any(String::is_empty) {
            return Err(
                Impossible::new("no audience is named for which tokens are taken")
                    .with_hint("name the API's App ID URI, its client id, or both"),
            );
        }
        let issuers: Vec<Issuer> = tenants
            .iter()
            .flat_map(|tenant| {
                let tenant_id = tenant.to_ascii_lowercase();
                [TokenVersion::V1, TokenVersion::V2]
                    .into_iter()
                    .filter_map(|version| Issuer::of(&authority, &tenant_id, version))
                    .collect::<Vec<_>>()
            })
            .collect();
        if issuers.is_empty() {
            return Err(Impossible::new(
                "a custom authority by its URL has no tenants, so its tokens cannot be verified",
            )
            .with_hint("name the sign-in host without a path"));
        }
        Ok(Self {
            authority,
            issuers,
            audiences: audiences.to_vec(),
            clients: Vec::new(),
            permissions: Permissions::default(),
            groups: Vec::new(),
            skew: LONGEST_SKEW,
        })
    }

    /// Only from these clients, by their ids.
    pub fn with_clients(self, clients: &[String]) -> Result<Self, Impossible> {
        let clients = guids(clients, "client")?;
        Ok(Self { clients, ..self })
    }

    /// Only with these permissions. Without any, a token needs some scope or role all the same
    /// ([claims validation](https://learn.microsoft.com/entra/identity-platform/claims-validation#validate-the-subject)).
    #[must_use]
    pub fn with_permissions(self, permissions: Permissions) -> Self {
        Self {
            permissions,
            ..self
        }
    }

    /// Only people of one of these groups, by object id.
    pub fn with_groups(self, groups: &[String]) -> Result<Self, Impossible> {
        let groups = guids(groups, "group")?;
        Ok(Self { groups, ..self })
    }

    /// With clocks that differ by so much, instead of five minutes, which is the most.
    pub fn with_skew(self, skew: Duration) -> Result<Self, Impossible> {
        if skew > LONGEST_SKEW {
            return Err(Impossible::new("clocks may differ by 300 seconds at most"));
        }
        Ok(Self { skew, ..self })
    }

    /// The request for the keys that may have signed such a token, if its issuer and tenant are ones that may call.
    pub(super) fn keys_of(&self, claims: &AccessClaims) -> Result<&KeySetRequest, Rejection> {
        let mut issuers = self.issuers.iter();
        let issuer = issuers.find(|issuer| issuer.has_issued(claims));
        issuer
            .map(|issuer| &issuer.keys)
            .ok_or_else(|| self.strange_issuer(claims))
    }

    /// Why none of the issuers has issued it.
    fn strange_issuer(&self, claims: &AccessClaims) -> Rejection {
        let tenant_id = claims.tenant_id();
        let expected = access_token_issuer(&self.authority, claims.version, tenant_id);
        if expected.as_deref() == Some(claims.issuer.as_str()) {
            return Rejection::new(
                Rule::Tenant,
                format!(
                    "the token is of tenant {}, which may not call",
                    quoted(tenant_id)
                ),
            )
            .with_hint("sign in to the API's own tenant, or add this one to its tenants");
        }
        let expected = expected.unwrap_or_else(|| self.authority.origin());
        Rejection::new(
            Rule::Issuer,
            format!(
                "the token is from {}, not from {}",
                quoted(&claims.issuer),
                quoted(&expected)
            ),
        )
        .with_hint("name the authority that issued it, if it is to be trusted")
    }

    /// The issuer that a key names for tokens of this tenant: always the one of version 2.
    pub(super) fn key_issuer(&self, claims: &AccessClaims) -> String {
        access_token_issuer(&self.authority, TokenVersion::V2, claims.tenant_id())
            .unwrap_or_default()
    }

    /// Judges what the signature cannot: times, audience, client and permissions.
    pub(super) fn judge(&self, claims: &AccessClaims, now: Timestamp) -> Result<(), Rejection> {
        self.judge_times(claims, now)?;
        self.judge_audience(claims)?;
        if !self.clients.is_empty()
            && !is_any_of(&self.clients, &claims.client_id.to_ascii_lowercase())
        {
            return Err(Rejection::new(
                Rule::Client,
                format!("client {} may not call", quoted(&claims.client_id)),
            )
            .with_hint("add it to the API's clients, if it is to be trusted"));
        }
        self.judge_permissions(claims)?;
        self.judge_groups(claims)
    }

    fn judge_times(&self, claims: &AccessClaims, now: Timestamp) -> Result<(), Rejection> {
        if now >= claims.expires_at.saturating_add(self.skew) {
            let since = now.saturating_since(claims.expires_at).as_secs();
            return Err(Rejection::new(
                Rule::Expired,
                format!("the token expired {since} seconds ago"),
            )
            .with_hint("get a new one; if it is new, compare the clocks"));
        }
        let start = claims.not_before.max(claims.issued_at);
        if start > now.saturating_add(self.skew) {
            let until = start.saturating_since(now).as_secs();
            return Err(Rejection::new(
                Rule::NotYetValid,
                format!("the token is valid only in {until} seconds"),
            )
            .with_hint("compare the clocks: this one is slow, or the issuer's is fast"));
        }
        Ok(())
    }

    fn judge_audience(&self, claims: &AccessClaims) -> Result<(), Rejection> {
        if is_any_of(&self.audiences, &claims.audience) {
            return Ok(());
        }
        let own = self
            .audiences
            .first()
            .map(String::as_str)
            .unwrap_or_default();
        let is_near = |audience: &String| {
            let bare = |text: &str| text.trim_end_matches('/').to_ascii_lowercase();
            bare(audience) == bare(&claims.audience)
        };
        let hint = if self.audiences.iter().any(is_near) {
            "the two differ in case or in a slash at the end; name the audience as the token spells it".to_owned()
        } else if is_guid(&claims.audience) && !self.audiences.iter().any(|own| is_guid(own)) {
            "tokens of version 2 name the API by its client id; if this is it, add it to the audiences".to_owned()
        } else {
            format!("request a token for this API, with a scope such as `{own}/.default`")
        };
        let message = format!(
            "the token is for {}, not for this API",
            quoted(&claims.audience)
        );
        Err(Rejection::new(Rule::Audience, message).with_hint(hint))
    }

    fn judge_permissions(&self, claims: &AccessClaims) -> Result<(), Rejection> {
        let Permissions { scopes, roles } = &self.permissions;
        match claims.holder {
            _ if scopes.is_empty() && roles.is_empty() => {
                if claims.scopes.is_empty() && claims.roles.is_empty() {
                    return Err(Rejection::new(
                        Rule::Permission,
                        "the token has neither `scp` nor `roles`, so it allows nothing",
                    )
                    .with_hint("grant the client a permission of the API, with consent"));
                }
                Ok(())
            }
            Holder::Person if scopes.is_empty() => Err(Rejection::new(
                Rule::Role,
                "the token speaks for a person, and only applications may call",
            )),
            Holder::Application if roles.is_empty() => Err(Rejection::new(
                Rule::Scope,
                "the token speaks for an application, and only people may call",
            )),
            Holder::Person => judge_list(Rule::Scope, "`scp`", scopes, &claims.scopes),
            Holder::Application => judge_list(Rule::Role, "`roles`", roles, &claims.roles),
        }
    }

    fn judge_groups(&self, claims: &AccessClaims) -> Result<(), Rejection> {
        if self.groups.is_empty() {
            return Ok(());
        }
        match &claims.groups {
            Groups::Overage => Err(Rejection::new(
                Rule::GroupsOverage,
                "the token leaves its groups out, because there are too many",
            )
            .with_hint("use app roles, or let the registration emit only the groups assigned to the application")),
            Groups::Listed(groups) if groups.iter().any(|group| is_any_of(&self.groups, group)) => {
                Ok(())
            }
            Groups::Listed(_) => Err(Rejection::new(
                Rule::Group,
                "the token names none of the groups that may call",
            )),
        }
    }
}

fn judge_list(rule: Rule, claim: &str, needed: &[String], own: &[String]) -> Result<(), Rejection> {
    if own.iter().any(|permission| is_any_of(needed, permission)) {
        return Ok(());
    }
    Err(Rejection::new(
        rule,
        format!(
            "the token's {claim} has none of {}",
            quoted(&needed.join(" "))
        ),
    )
    .with_hint("grant the client this permission, with consent, and get a new token"))
}

fn is_any_of(list: &[String], text: &str) -> bool {
    list.iter().any(|item| item == text)
}

fn guids(texts: &[String], noun: &str) -> Result<Vec<String>, Impossible> {
    match texts.iter().find(|text| !is_guid(text)) {
        Some(text) => Err(Impossible::new(format!(
            "{noun} {} is no GUID",
            quoted(text)
        ))),
        None => Ok(texts.iter().map(|text| text.to_ascii_lowercase()).collect()),
    }
}
