//! What a client asks a person for.
//!
//! <https://learn.microsoft.com/entra/identity-platform/scopes-oidc>

use crate::refusal::Refusal;
use crate::tenant::registration::{Api, Tenant};

/// The parameter `scope`, sorted: permissions of at most one API, and scopes about the sign-in.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct RequestedScopes {
    about_sign_in: Vec<&'static str>,
    /// The API as the client spelled it.
    resource: Option<String>,
    /// Named permissions, without `.default`.
    pub(crate) permissions: Vec<String>,
    /// Whether `.default` was asked for: whatever the client's registration lists.
    pub(crate) is_default: bool,
}

impl RequestedScopes {
    /// Reads the parameter. A scope without a slash belongs to Microsoft Graph.
    pub(crate) fn parse(text: &str) -> Result<Self, Refusal> {
        let mut scopes = Self::default();
        for scope in text.split(' ').filter(|scope| !scope.is_empty()) {
            scopes.add(scope, text)?;
        }
        if scopes.is_default && !scopes.permissions.is_empty() {
            let why = "/.default cannot be combined with other permissions";
            return Err(Refusal::scope_is_not_valid(text, why));
        }
        if scopes.resource.is_none() && scopes.about_sign_in.is_empty() {
            return Err(Refusal::missing("scope"));
        }
        Ok(scopes)
    }

    /// Whether one of `openid`, `profile`, `email` and `offline_access` was asked for.
    pub(crate) fn has(&self, scope: &str) -> bool {
        self.about_sign_in.contains(&scope)
    }

    /// The scopes about the sign-in that an answer repeats.
    pub(crate) fn about_sign_in(&self) -> impl Iterator<Item = &'static str> {
        let repeated = self.about_sign_in.iter().copied();
        repeated.filter(|scope| *scope != "offline_access")
    }

    /// The same with another request's scopes about the sign-in besides.
    pub(crate) fn joined_by(mut self, earlier: &Self) -> Self {
        for scope in &earlier.about_sign_in {
            if !self.about_sign_in.contains(scope) {
                self.about_sign_in.push(scope);
            }
        }
        self
    }

    /// The API as the client spelled it, or Microsoft Graph.
    pub(crate) fn resource(&self) -> &str {
        self.resource.as_deref().unwrap_or(GRAPH)
    }

    /// The API, if it is registered and publishes what is asked for.
    pub(crate) fn api<'t>(&self, tenant: &'t Tenant) -> Result<&'t Api, Refusal> {
        let resource = self.resource();
        let api = tenant
            .api(resource)
            .ok_or_else(|| Refusal::unknown_resource(resource, &tenant.id))?;
        let is_published = |permission: &String| {
            api.scopes
                .iter()
                .any(|scope| scope.eq_ignore_ascii_case(permission))
        };
        match self.permissions.iter().find(|name| !is_published(name)) {
            Some(unknown) => Err(Refusal::unpublished_scope(unknown, &api.name)),
            None => Ok(api),
        }
    }

    fn add(&mut self, scope: &str, text: &str) -> Result<(), Refusal> {
        if let Some(known) = ABOUT_SIGN_IN.iter().find(|known| **known == scope) {
            if !self.about_sign_in.contains(known) {
                self.about_sign_in.push(known);
            }
            return Ok(());
        }
        let (resource, permission) = scope.rsplit_once('/').unwrap_or((GRAPH, scope));
        if resource.is_empty() || permission.is_empty() {
            return Err(Refusal::scope_is_not_valid(text, "a part of it is empty"));
        }
        if *self.resource.get_or_insert_with(|| resource.to_owned()) != resource {
            return Err(Refusal::several_resources(text));
        }
        if permission == ".default" {
            self.is_default = true;
        } else {
            self.permissions.push(permission.to_owned());
        }
        Ok(())
    }
}

const ABOUT_SIGN_IN: [&str; 4] = ["openid", "profile", "email", "offline_access"];

const GRAPH: &str = "https://graph.microsoft.com";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_sorted() {
        for (text, resource, permissions, is_default) in [
            ("openid profile", GRAPH, &[][..], false),
            ("User.Read", GRAPH, &["User.Read"], false),
            (
                "api://a/read  api://a/write openid",
                "api://a",
                &["read", "write"],
                false,
            ),
            (
                "https://management.azure.com//.default",
                "https://management.azure.com/",
                &[],
                true,
            ),
        ] {
            let scopes = RequestedScopes::parse(text).unwrap();
            assert_eq!(scopes.resource(), resource, "{text}");
            assert_eq!(scopes.permissions, permissions, "{text}");
            assert_eq!(scopes.is_default, is_default, "{text}");
        }
    }

    #[test]
    fn each_fault_has_its_number() {
        for (text, code) in [
            ("", 900_144),
            ("api://a/read api://b/read", 28000),
            ("api://a/read User.Read", 28000),
            ("api://a/read api://a/.default", 70011),
            ("api://a/", 70011),
            ("/read", 70011),
        ] {
            let refusal = RequestedScopes::parse(text).unwrap_err();
            assert_eq!(refusal.code, code, "{text}");
        }
    }

    #[test]
    fn only_published_permissions_exist() {
        let tenant = crate::tenant::contoso::contoso();
        for (text, code) in [
            ("api://your-api-id/READ", None),
            ("api://your-api-id/delete", Some(650_053)),
            ("api://nobody/read", Some(500_011)),
        ] {
            let outcome = RequestedScopes::parse(text).unwrap().api(&tenant).err();
            assert_eq!(outcome.map(|refusal| refusal.code), code, "{text}");
        }
    }
}
