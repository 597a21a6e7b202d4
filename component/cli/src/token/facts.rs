//! What the claims of a token mean, in words, for whoever wonders why an API refuses it.
//!
//! Source: <https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference>. These are readings of claims that
//! nobody has verified.

use serde_json::{Map, Value};

/// APIs that people meet by their number.
const KNOWN_APIS: [(&str, &str); 7] = [
    ("00000003-0000-0000-c000-000000000000", "Microsoft Graph"),
    ("https://graph.microsoft.com", "Microsoft Graph"),
    (
        "00000002-0000-0000-c000-000000000000",
        "Azure AD Graph (retired)",
    ),
    ("https://management.azure.com", "Azure Resource Manager"),
    (
        "https://management.core.windows.net",
        "Azure Resource Manager",
    ),
    ("https://vault.azure.net", "Azure Key Vault"),
    ("https://storage.azure.com", "Azure Storage"),
];

/// The tenant of personal Microsoft accounts.
const PERSONAL_ACCOUNTS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// Hosts of Entra's issuers, of both versions and all clouds.
const ENTRA_ISSUERS: [&str; 8] = [
    "https://sts.windows.net/",
    "https://sts.chinacloudapi.cn/",
    "https://login.microsoftonline.com/",
    "https://login.microsoftonline.us/",
    "https://login.partner.microsoftonline.cn/",
    "https://login.sovcloud-identity.fr/",
    "https://login.sovcloud-identity.de/",
    "https://login.sovcloud-identity.sg/",
];

/// Domains at whose hosts tenants have their customers sign in.
const CUSTOMER_ISSUERS: [(&str, &str); 2] = [
    (".ciamlogin.com", "an External ID tenant"),
    (".b2clogin.com", "an Azure AD B2C tenant"),
];

/// One line a fact, each with a label; what the claims do not say is left out. The few that most people look for.
pub(crate) fn short(claims: &Map<String, Value>) -> Vec<String> {
    let claims = Claims(claims);
    labelled([
        ("Audience:", claims.audience()),
        ("For:", claims.bearer()),
        ("Permissions:", claims.permissions()),
    ])
}

/// The others.
pub(crate) fn long(header: &Map<String, Value>, claims: &Map<String, Value>) -> Vec<String> {
    let claims = Claims(claims);
    labelled([
        ("Issuer:", claims.issuer()),
        ("Client:", claims.client()),
        ("Bound:", claims.binding()),
        ("Revocable:", claims.evaluation()),
        ("Signature:", algorithm(header)),
    ])
}

fn labelled<const N: usize>(facts: [(&str, Option<String>); N]) -> Vec<String> {
    let facts = facts.into_iter();
    facts
        .filter_map(|(label, fact)| Some(format!("{label:12} {}", fact?)))
        .collect()
}

/// The claims by name.
struct Claims<'a>(&'a Map<String, Value>);

impl Claims<'_> {
    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    fn first(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.text(name))
    }

    fn is_entra(&self) -> bool {
        let issuer = self.text("iss").unwrap_or_default();
        ENTRA_ISSUERS.iter().any(|host| issuer.starts_with(host))
            || (self.text("tid").is_some() && self.text("ver").is_some())
            || self.customer_issuer().is_some()
    }

    /// Host and kind of an issuer for the customers of a tenant.
    fn customer_issuer(&self) -> Option<(&str, &'static str)> {
        let rest = self.text("iss")?.strip_prefix("https://")?;
        let host = rest.split('/').next().unwrap_or_default();
        let found = CUSTOMER_ISSUERS
            .iter()
            .find(|(domain, _)| host.ends_with(domain));
        found.map(|(_, kind)| (host, *kind))
    }

    fn issuer(&self) -> Option<String> {
        if let Some((host, kind)) = self.customer_issuer() {
            return Some(format!("{kind} of Microsoft Entra at `{host}`"));
        }
        if !self.is_entra() {
            return self
                .text("iss")
                .map(|issuer| format!("`{issuer}`, which is not Microsoft Entra"));
        }
        let version = match self.text("ver")? {
            "1.0" => {
                "v1.0 token: the API's registration has `requestedAccessTokenVersion` 1 or none"
            }
            "2.0" => "v2.0 token: the API's registration has `requestedAccessTokenVersion` 2",
            _ => return None,
        };
        // The registration says nothing about ID tokens.
        let version = match self.is_id_token() {
            true => version.split(':').next().unwrap_or_default(),
            false => version,
        };
        Some(match self.text("tid") {
            Some(PERSONAL_ACCOUNTS) => format!("personal Microsoft accounts, {version}"),
            Some(tenant) => format!("Entra tenant {tenant}, {version}"),
            None => version.to_owned(),
        })
    }

    fn audience(&self) -> Option<String> {
        let audience = match self.0.get("aud")? {
            Value::String(audience) => audience.as_str(),
            Value::Array(audiences) => {
                let all: Vec<&str> = audiences.iter().filter_map(Value::as_str).collect();
                return Some(format!("several: {}", all.join(", ")));
            }
            _ => return None,
        };
        let bare = audience.strip_suffix('/').unwrap_or(audience);
        let known = KNOWN_APIS
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(bare))
            .map(|(_, api)| format!("{api}: no other API may take it"));
        Some(known.unwrap_or_else(|| match audience {
            "api://AzureADTokenExchange" => {
                "Entra itself: a federated token, to be exchanged for an access token".to_owned()
            }
            _ if self.is_id_token() => format!("client id {audience}"),
            _ if is_guid(audience) => format!(
                "client id {audience}; an API that compares `aud` with its App ID URI refuses it"
            ),
            _ => format!("App ID URI `{audience}`"),
        }))
    }

    /// Tokens of Entra for an API name the client; ID tokens are for the client itself.
    fn is_id_token(&self) -> bool {
        self.is_entra()
            && self.first(&["appid", "azp", "scp"]).is_none()
            && !self.0.contains_key("roles")
            && self.text("idtyp").is_none()
    }

    fn is_application(&self) -> bool {
        match self.text("idtyp") {
            Some(kind) => kind == "app",
            None => {
                self.text("scp").is_none()
                    && self
                        .text("oid")
                        .is_some_and(|id| self.text("sub") == Some(id))
            }
        }
    }

    fn bearer(&self) -> Option<String> {
        if !self.is_entra() {
            return None;
        }
        if self.is_id_token() {
            return Some(format!(
                "{}: an ID token, which tells the client who signed in; APIs take access tokens",
                self.person().unwrap_or("a person")
            ));
        }
        if let Some(identity) = self.text("xms_mirid") {
            return Some(format!("a managed identity, `{identity}`; no person"));
        }
        if self.is_application() {
            return Some("an application; no person signed in".to_owned());
        }
        Some(format!(
            "{}, a person, through an application",
            self.person().unwrap_or("somebody without a name here")
        ))
    }

    fn person(&self) -> Option<&str> {
        self.first(&["upn", "preferred_username", "unique_name", "email", "name"])
    }

    fn client(&self) -> Option<String> {
        let id = self.first(&["azp", "appid"])?;
        let name = self
            .text("app_displayname")
            .map(|name| format!(" ({name})"))
            .unwrap_or_default();
        let proof = match self.first(&["azpacr", "appidacr"]) {
            Some("0") => ", a public client: it proved nothing",
            Some("1") => ", proved by a secret",
            Some("2") => ", proved by a certificate or a federated token",
            _ => "",
        };
        Some(format!("{id}{name}{proof}"))
    }

    fn permissions(&self) -> Option<String> {
        let roles = self.0.get("roles").and_then(Value::as_array);
        let roles: Vec<&str> = roles
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        match (self.text("scp"), roles.as_slice()) {
            (Some(scopes), []) => Some(format!("delegated permissions (scp): {}", list(scopes))),
            (Some(scopes), roles) => Some(format!(
                "delegated permissions (scp): {}; the person's roles: {}",
                list(scopes),
                roles.join(", ")
            )),
            (None, []) if self.is_entra() && !self.is_id_token() => Some(
                "none: no `scp` and no `roles`; grant the client an application permission of the API, with an administrator's consent"
                    .to_owned(),
            ),
            (None, []) => None,
            (None, roles) => Some(format!("application permissions (roles): {}", roles.join(", "))),
        }
    }

    fn binding(&self) -> Option<String> {
        self.0.get("cnf")?;
        Some("to a key, which the client has to prove that it holds (`cnf`)".to_owned())
    }

    /// <https://learn.microsoft.com/entra/identity-platform/app-resilience-continuous-access-evaluation>
    fn evaluation(&self) -> Option<String> {
        let capabilities = self.0.get("xms_cc")?.as_array()?;
        let is_capable = capabilities.iter().any(|capability| capability == "cp1");
        is_capable.then(|| {
            "the client handles claims challenges (`cp1`): the API may refuse it before it expires"
                .to_owned()
        })
    }
}

fn algorithm(header: &Map<String, Value>) -> Option<String> {
    let algorithm = header.get("alg")?.as_str()?;
    algorithm
        .eq_ignore_ascii_case("none")
        .then(|| "none: no API may take such a token".to_owned())
}

fn list(scopes: &str) -> String {
    scopes.split_whitespace().collect::<Vec<_>>().join(", ")
}

fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text
            .bytes()
            .enumerate()
            .all(|(position, byte)| match position {
                8 | 13 | 18 | 23 => byte == b'-',
                _ => byte.is_ascii_hexdigit(),
            })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const TENANT: &str = "11111111-2222-3333-4444-555555555555";
    const CLIENT: &str = "99999999-8888-7777-6666-555555555555";

    fn told(claims: &Value) -> String {
        let header = json!({"alg": "RS256"});
        let (header, claims) = (header.as_object().unwrap(), claims.as_object().unwrap());
        [short(claims), long(header, claims)].concat().join("\n")
    }

    #[test]
    fn each_kind_of_token_is_told() {
        let v1 = format!("https://sts.windows.net/{TENANT}/");
        let v2 = format!("https://login.microsoftonline.com/{TENANT}/v2.0");
        let rows = [
            (
                "application, v1",
                json!({"iss": v1, "ver": "1.0", "tid": TENANT, "aud": "api://your-api-id", "appid": CLIENT,
                    "appidacr": "1", "oid": "o", "sub": "o", "roles": ["Data.Read"]}),
                &[
                    "v1.0 token",
                    "App ID URI `api://your-api-id`",
                    "no person signed in",
                    "proved by a secret",
                    "application permissions (roles): Data.Read",
                ][..],
            ),
            (
                "person, v2",
                json!({"iss": v2, "ver": "2.0", "tid": TENANT, "aud": CLIENT, "azp": CLIENT, "azpacr": "0", "oid": "o",
                    "sub": "s", "scp": "read write", "preferred_username": "alice@contoso.com", "xms_cc": ["cp1"]}),
                &[
                    "v2.0 token",
                    "client id 99999999",
                    "compares `aud` with its App ID URI",
                    "alice@contoso.com, a person",
                    "public client",
                    "delegated permissions (scp): read, write",
                    "claims challenges",
                ],
            ),
            (
                "person with roles",
                json!({"iss": v2, "ver": "2.0", "azp": CLIENT, "scp": "read", "roles": ["Admin"]}),
                &["the person's roles: Admin"],
            ),
            (
                "without permissions",
                json!({"iss": v1, "ver": "1.0", "appid": CLIENT, "idtyp": "app"}),
                &["no person", "none: no `scp` and no `roles`"],
            ),
            (
                "managed identity",
                json!({"iss": v1, "ver": "1.0", "appid": CLIENT, "xms_mirid": "/subscriptions/x"}),
                &["a managed identity, `/subscriptions/x`"],
            ),
            (
                "ID token",
                json!({"iss": v2, "ver": "2.0", "aud": CLIENT, "sub": "s", "preferred_username": "alice@contoso.com"}),
                &[
                    "an ID token",
                    "client id 99999999-8888-7777-6666-555555555555",
                ],
            ),
            (
                "Graph",
                json!({"iss": v1, "ver": "1.0", "appid": CLIENT, "aud": "https://graph.microsoft.com/", "scp": "User.Read"}),
                &["Microsoft Graph: no other API"],
            ),
            (
                "Graph by number",
                json!({"iss": v1, "ver": "1.0", "appid": CLIENT, "aud": "00000003-0000-0000-c000-000000000000"}),
                &["Microsoft Graph: no other API"],
            ),
            (
                "personal account",
                json!({"iss": v2, "ver": "2.0", "tid": PERSONAL_ACCOUNTS, "azp": CLIENT}),
                &["personal Microsoft accounts"],
            ),
            (
                "B2C",
                json!({"iss": format!("https://contoso.b2clogin.com/{TENANT}/v2.0/"), "ver": "1.0", "aud": CLIENT, "scp": "read"}),
                &["an Azure AD B2C tenant of Microsoft Entra at `contoso.b2clogin.com`"],
            ),
            (
                "External ID",
                json!({"iss": format!("https://{TENANT}.ciamlogin.com/{TENANT}/v2.0"), "ver": "2.0", "aud": CLIENT}),
                &["an External ID tenant of Microsoft Entra", "an ID token"],
            ),
            (
                "a host that looks like it",
                json!({"iss": "https://b2clogin.com.evil.example/", "aud": "x"}),
                &["which is not Microsoft Entra"],
            ),
            (
                "somebody else's",
                json!({"iss": "https://token.actions.githubusercontent.com", "aud": "api://AzureADTokenExchange", "sub": "repo:x"}),
                &["which is not Microsoft Entra", "a federated token"],
            ),
            (
                "several audiences",
                json!({"aud": ["a", "b"]}),
                &["several: a, b"],
            ),
        ];
        for (name, claims, expected) in rows {
            let told = told(&claims);
            for words in expected {
                assert!(told.contains(words), "{name}: no `{words}` in\n{told}");
            }
        }
    }

    #[test]
    fn nothing_is_made_up() {
        assert_eq!(told(&json!({})), "");
        assert_eq!(told(&json!({"sub": "s", "exp": 1})), "");
        assert_eq!(
            told(&json!({"aud": 7, "roles": "x", "scp": ["x"], "ver": 2})),
            ""
        );
        let unsigned = long(json!({"alg": "none"}).as_object().unwrap(), &Map::new());
        assert_eq!(
            unsigned,
            ["Signature:   none: no API may take such a token"]
        );
    }
}
