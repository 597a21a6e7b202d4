//! A profile as JSON.
//!
//! Canonical form: an object with `name`, `tenantId`, `clientId`, `scopes` (array), `authMethod`,
//! `cacheCertificatePassword`, `createdAt`, `updatedAt` (RFC 3339), and where they are set
//! `resource`, `authority`, `redirectUri`, `certificatePath`, `privateKeyPath`,
//! `sendCertificateChain`, `identity`, `loginHint`, `defaultFlow`, `credentialId`.
//! Every other member is kept as it was found. Field names are read in any case, with or without
//! `_`, and under the other names that have been documented.

use serde_json::{Map, Value};

use crate::input::named::{self, Named, fold};
use crate::profile::Profile;
use crate::profile::auth_method::AuthMethod;
use crate::profile::flow::Flow;
use crate::profile::scopes;
use crate::profile::secret_members;

impl Profile {
    /// In the canonical form.
    pub(crate) fn to_json(&self) -> Map<String, Value> {
        let text = |text: &Option<String>| text.clone().map(Value::from);
        let members = [
            ("name", Some(Value::from(self.name.clone()))),
            ("tenantId", Some(Value::from(self.tenant_id.clone()))),
            ("clientId", Some(Value::from(self.client_id.clone()))),
            ("scopes", Some(Value::from(self.scopes.clone()))),
            ("resource", text(&self.resource)),
            ("authMethod", Some(Value::from(self.auth_method.clone()))),
            ("authority", text(&self.authority)),
            ("redirectUri", text(&self.redirect_uri)),
            ("certificatePath", text(&self.certificate_path)),
            ("privateKeyPath", text(&self.private_key_path)),
            (
                "cacheCertificatePassword",
                Some(Value::from(self.cache_certificate_password)),
            ),
            (
                "sendCertificateChain",
                self.send_certificate_chain.then_some(Value::from(true)),
            ),
            ("identity", text(&self.identity)),
            ("loginHint", text(&self.login_hint)),
            ("defaultFlow", text(&self.default_flow)),
            ("credentialId", text(&self.credential_id)),
            ("createdAt", text(&self.created_at)),
            ("updatedAt", text(&self.updated_at)),
        ];
        let mut object: Map<String, Value> = members
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect();
        for (name, value) in &self.others {
            object.entry(name.clone()).or_insert_with(|| value.clone());
        }
        object
    }

    /// The same without members that hold secrets, which other programs may have written.
    pub(crate) fn to_public_json(&self) -> Map<String, Value> {
        let mut public = self.clone();
        secret_members::remove(&mut public.others);
        public.to_json()
    }

    /// From any documented form. Fails with words that complete "profile 2 …".
    pub(crate) fn from_json(object: Map<String, Value>) -> Result<Self, String> {
        let mut members = Members(object);
        let name = members
            .text(&["name", "profile", "profilename"])?
            .ok_or("has no `name`")?;
        let scopes = members.scopes()?;
        let auth_method = members.auth_method()?;
        Ok(Self {
            name,
            tenant_id: members.text(&["tenantid", "tenant"])?.unwrap_or_default(),
            client_id: members.text(&["clientid", "client"])?.unwrap_or_default(),
            scopes,
            resource: members.text(&["resource"])?,
            auth_method,
            authority: members.text(&["authority", "authorityurl"])?,
            redirect_uri: members.text(&["redirecturi"])?,
            certificate_path: members.text(&["certificatepath", "certificate"])?,
            private_key_path: members.text(&["privatekeypath"])?,
            cache_certificate_password: members
                .truth(&["cachecertificatepassword"])?
                .unwrap_or_default(),
            send_certificate_chain: members
                .truth(&["sendcertificatechain", "sendx5c"])?
                .unwrap_or_default(),
            identity: members.text(&["identity", "managedidentity"])?,
            login_hint: members.text(&["loginhint"])?,
            default_flow: members
                .text(&["defaultflow", "flow", "oauth2flow"])?
                .map(canonical::<Flow>),
            credential_id: members.text(&["credentialid"])?,
            created_at: members.text(&["createdat"])?,
            updated_at: members.text(&["updatedat"])?,
            others: members.0,
        })
    }
}

/// The members of a profile that nobody has taken yet.
struct Members(Map<String, Value>);

impl Members {
    /// The member under the first of these folded names that is there; `null` counts as absent. Under another of them it must
    /// say the same: readers differ in which one they take.
    fn take(&mut self, names: &[&str]) -> Result<Option<(String, Value)>, String> {
        let mut found: Option<(String, Value)> = None;
        for name in names {
            while let Some(key) = self.0.keys().find(|key| fold(key) == *name).cloned() {
                let value = self.0.shift_remove(&key).unwrap_or_default();
                match &found {
                    _ if value.is_null() => {}
                    None => found = Some((key, value)),
                    Some((_, same)) if *same == value => {}
                    Some((first, _)) => {
                        return Err(format!(
                            "has `{first}` and `{key}`, which say different things"
                        ));
                    }
                }
            }
        }
        Ok(found)
    }

    /// An empty text counts as absent.
    fn text(&mut self, names: &[&str]) -> Result<Option<String>, String> {
        match self.take(names)? {
            None => Ok(None),
            Some((_, Value::String(text))) => Ok((!text.is_empty()).then_some(text)),
            Some((key, _)) => Err(format!("has a `{key}` that is no text")),
        }
    }

    fn truth(&mut self, names: &[&str]) -> Result<Option<bool>, String> {
        match self.take(names)? {
            None => Ok(None),
            Some((_, Value::Bool(truth))) => Ok(Some(truth)),
            Some((key, _)) => Err(format!("has a `{key}` that is neither true nor false")),
        }
    }

    fn scopes(&mut self) -> Result<Vec<String>, String> {
        let Some((key, value)) = self.take(&["scopes", "scope", "defaultscopes"])? else {
            return Ok(Vec::new());
        };
        let bad = || format!("has a `{key}` that is no list of texts");
        match &value {
            Value::String(text) => Ok(scopes::split(text)),
            Value::Array(items) => {
                let texts: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
                Ok(scopes::split(&texts.ok_or_else(bad)?.join(" ")))
            }
            _ => Err(bad()),
        }
    }

    fn auth_method(&mut self) -> Result<String, String> {
        let uses_certificate = self.truth(&["usecertificate"])?;
        let uses_secret = self.truth(&["useclientsecret"])?;
        if let Some(text) = self.text(&["authmethod", "authenticationmethod"])? {
            return Ok(canonical::<AuthMethod>(text));
        }
        let method = match (uses_certificate, uses_secret) {
            (Some(true), _) => AuthMethod::Certificate,
            (_, Some(false)) => AuthMethod::None,
            (_, Some(true) | None) => AuthMethod::ClientSecret,
        };
        Ok(named::name(method).to_owned())
    }
}

/// The canonical name of a known one; an unknown one stays as it is.
fn canonical<C: Named + PartialEq>(text: String) -> String {
    match named::parse::<C>(&text) {
        Ok(known) => named::name(known).to_owned(),
        Err(_) => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(value: Value) -> Result<Profile, String> {
        match value {
            Value::Object(object) => Profile::from_json(object),
            _ => panic!("the row is no object"),
        }
    }

    #[test]
    fn every_documented_field_name_is_read() {
        let expected = Profile {
            tenant_id: "contoso.onmicrosoft.com".to_owned(),
            client_id: "c".to_owned(),
            scopes: vec!["api://x/a".to_owned(), "api://x/b".to_owned()],
            default_flow: Some("InteractiveBrowser".to_owned()),
            ..Profile::named("p")
        };
        for value in [
            json!({"name": "p", "tenantId": "contoso.onmicrosoft.com", "clientId": "c",
                "scopes": ["api://x/a", "api://x/b"], "authMethod": "ClientSecret",
                "defaultFlow": "InteractiveBrowser"}),
            json!({"name": "p", "tenant_id": "contoso.onmicrosoft.com", "client_id": "c",
                "scopes": "api://x/a api://x/b", "auth_method": "client_secret",
                "default_flow": "interactive"}),
            json!({"Name": "p", "TenantId": "contoso.onmicrosoft.com", "ClientId": "c",
                "scope": "api://x/a,api://x/b", "useClientSecret": true,
                "flow": "interactive-browser", "redirectUri": null}),
        ] {
            assert_eq!(read(value.clone()).unwrap(), expected, "{value}");
        }
    }

    #[test]
    fn the_method_follows_from_old_switches() {
        for (value, expected) in [
            (json!({"name": "p"}), "ClientSecret"),
            (json!({"name": "p", "useCertificate": true}), "Certificate"),
            (json!({"name": "p", "useClientSecret": false}), "None"),
            (
                json!({"name": "p", "useClientSecret": true, "authMethod": "Certificate"}),
                "Certificate",
            ),
            (json!({"name": "p", "authMethod": "public"}), "None"),
            (
                json!({"name": "p", "authMethod": "workload_identity"}),
                "FederatedToken",
            ),
            (json!({"name": "p", "authMethod": "Kerberos"}), "Kerberos"),
        ] {
            assert_eq!(
                read(value.clone()).unwrap().auth_method,
                expected,
                "{value}"
            );
        }
    }

    #[test]
    fn fields_of_the_wrong_type_are_named() {
        for (value, expected) in [
            (json!({}), "has no `name`"),
            (json!({"name": 1}), "has a `name` that is no text"),
            (
                json!({"name": "p", "scopes": [1]}),
                "has a `scopes` that is no list of texts",
            ),
            (
                json!({"name": "p", "cacheCertificatePassword": "yes"}),
                "has a `cacheCertificatePassword` that is neither true nor false",
            ),
        ] {
            assert_eq!(read(value).unwrap_err(), expected);
        }
    }

    #[test]
    fn foreign_members_survive_a_rewrite() {
        let profile = read(json!({"certificateThumbprint": "AB", "name": "p", "x": {"y": [1]}}));
        let written = Value::from(profile.unwrap().to_json());
        assert_eq!(
            written,
            json!({"name": "p", "tenantId": "", "clientId": "", "scopes": [],
                "authMethod": "ClientSecret", "cacheCertificatePassword": false,
                "certificateThumbprint": "AB", "x": {"y": [1]}})
        );
    }
}
