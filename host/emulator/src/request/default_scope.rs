//! Which API the scopes of a request are for.
//!
//! <https://learn.microsoft.com/entra/identity-platform/scopes-oidc>

use crate::refusal::Refusal;

/// The resource of `{resource}/.default`, the only form that app-only grants take. Nothing is
/// normalised: a resource that ends with a slash gives two slashes in the scope.
pub(crate) fn resource_of_default_scope(scope: &str) -> Result<&str, Refusal> {
    let not_default = || Refusal::scope_is_not_default(scope);
    let scopes = scope
        .split(' ')
        .filter(|scope| !scope.is_empty() && !OPENID_SCOPES.contains(scope));
    let mut resources = scopes.map(|scope| {
        scope
            .strip_suffix("/.default")
            .filter(|resource| !resource.is_empty())
    });
    let resource = resources.next().flatten().ok_or_else(not_default)?;
    for other in resources {
        if other.ok_or_else(not_default)? != resource {
            return Err(Refusal::several_resources(scope));
        }
    }
    Ok(resource)
}

/// Scopes about the sign-in itself. They name no resource, and MSAL for Go sends them with client
/// credentials.
const OPENID_SCOPES: [&str; 4] = ["openid", "profile", "email", "offline_access"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_resource_is_everything_before_the_last_slash() {
        for (scope, expected) in [
            ("api://your-api-id/.default", Ok("api://your-api-id")),
            (
                "https://management.azure.com//.default",
                Ok("https://management.azure.com/"),
            ),
            (
                "openid profile offline_access api://a/.default",
                Ok("api://a"),
            ),
            ("api://a/.default api://a/.default", Ok("api://a")),
            ("api://a/.default api://b/.default", Err(28000)),
            ("api://a/read", Err(1_002_012)),
            ("api://a/.default api://a/read", Err(1_002_012)),
            ("api%3A%2F%2Fa%2F.default", Err(1_002_012)),
            ("/.default", Err(1_002_012)),
            (".default", Err(1_002_012)),
            ("openid", Err(1_002_012)),
            ("User.Read", Err(1_002_012)),
        ] {
            assert_eq!(
                resource_of_default_scope(scope).map_err(|refusal| refusal.code),
                expected,
                "{scope}"
            );
        }
    }
}
