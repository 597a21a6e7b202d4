//! Which endpoint a path names.

use serde::Deserialize;

use crate::tenant::registration::TokenVersion;

/// An endpoint, with the path segment that names the authority.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Route<'p> {
    AppServiceToken,
    ArcToken,
    Authorize(&'p str),
    AzurePipelinesToken,
    CloudShellToken,
    DeviceCode(&'p str),
    DevicePage(&'p str),
    Error,
    GitHubActionsToken,
    /// The path below the version's.
    Graph(&'p str),
    ImdsToken,
    InstanceDiscovery,
    Keys(&'p str, TokenVersion),
    Login,
    Logout,
    Metadata(&'p str, TokenVersion),
    Nothing,
    StartPage,
    Token(&'p str),
    /// The path below the API's.
    YourApi(&'p str),
}

impl<'p> Route<'p> {
    pub(crate) fn from_path(path: &'p str) -> Self {
        let below_graph = path.strip_prefix("/graph").unwrap_or(path);
        if let Some(rest) = below_graph.strip_prefix("/v1.0/") {
            return Self::Graph(rest);
        }
        if let Some(rest) = path.strip_prefix("/your-api/") {
            return Self::YourApi(rest);
        }
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        match segments.as_slice() {
            ["common", "discovery", "instance"] => Self::InstanceDiscovery,
            // Microsoft's client for Node ends the address with a slash.
            ["metadata", "identity", "oauth2", "token"]
            | ["metadata", "identity", "oauth2", "token", ""] => Self::ImdsToken,
            ["arc", "metadata", "identity", "oauth2", "token"] => Self::ArcToken,
            ["app-service", "token"] => Self::AppServiceToken,
            // Microsoft's client for Python looks for the second, whatever the environment says.
            ["cloud-shell", "oauth2", "token"] | ["oauth2", "token"] => Self::CloudShellToken,
            [""] => Self::StartPage,
            ["error"] => Self::Error,
            ["external", "azure-pipelines", "oidctoken"] => Self::AzurePipelinesToken,
            ["external", "github-actions", "token"] => Self::GitHubActionsToken,
            [tenant, "discovery", "keys"] => Self::Keys(tenant, TokenVersion::V1),
            [tenant, "discovery", "v2.0", "keys"] => Self::Keys(tenant, TokenVersion::V2),
            [tenant, ".well-known", "openid-configuration"] => {
                Self::Metadata(tenant, TokenVersion::V1)
            }
            [tenant, "v2.0", ".well-known", "openid-configuration"] => {
                Self::Metadata(tenant, TokenVersion::V2)
            }
            [_, "login"] => Self::Login,
            [_, "oauth2", "v2.0", "logout"] => Self::Logout,
            [tenant, "oauth2", "deviceauth"] => Self::DevicePage(tenant),
            [tenant, "oauth2", "v2.0", "authorize"] => Self::Authorize(tenant),
            [tenant, "oauth2", "v2.0", "devicecode"] => Self::DeviceCode(tenant),
            [tenant, "oauth2", "v2.0", "token"] => Self::Token(tenant),
            _ => Self::Nothing,
        }
    }

    /// The endpoint's name in control requests.
    pub(crate) fn endpoint(self) -> Option<Endpoint> {
        match self {
            Self::AppServiceToken | Self::ArcToken | Self::CloudShellToken | Self::ImdsToken => {
                Some(Endpoint::ManagedIdentity)
            }
            Self::Graph(_) => Some(Endpoint::Graph),
            Self::Authorize(_) => Some(Endpoint::Authorize),
            Self::DeviceCode(_) => Some(Endpoint::DeviceCode),
            Self::DevicePage(_) | Self::Error | Self::Login | Self::Logout => None,
            Self::AzurePipelinesToken | Self::GitHubActionsToken => Some(Endpoint::External),
            Self::InstanceDiscovery => Some(Endpoint::Instance),
            Self::Keys(..) => Some(Endpoint::Keys),
            Self::Metadata(..) => Some(Endpoint::Metadata),
            Self::Nothing | Self::StartPage | Self::YourApi(_) => None,
            Self::Token(_) => Some(Endpoint::Token),
        }
    }
}

/// The endpoints that can be made to fail.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Endpoint {
    /// Whichever is asked.
    Any,
    Authorize,
    DeviceCode,
    External,
    Graph,
    Instance,
    Keys,
    ManagedIdentity,
    Metadata,
    #[default]
    Token,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_endpoints() {
        for (path, route) in [
            ("/common/discovery/instance", Route::InstanceDiscovery),
            ("/T/discovery/instance", Route::Nothing),
            ("/T/discovery/keys", Route::Keys("T", TokenVersion::V1)),
            ("/T/discovery/v2.0/keys", Route::Keys("T", TokenVersion::V2)),
            (
                "/T/.well-known/openid-configuration",
                Route::Metadata("T", TokenVersion::V1),
            ),
            (
                "/T/v2.0/.well-known/openid-configuration",
                Route::Metadata("T", TokenVersion::V2),
            ),
            ("/T/oauth2/v2.0/token", Route::Token("T")),
            ("//oauth2/v2.0/token", Route::Token("")),
            ("/T/oauth2/v2.0/token/", Route::Nothing),
            ("/T/oauth2/token", Route::Nothing),
            ("/graph/v1.0/applications", Route::Graph("applications")),
            ("/v1.0/applications/x", Route::Graph("applications/x")),
            ("/graph/beta/applications", Route::Nothing),
            ("/metadata/identity/oauth2/token", Route::ImdsToken),
            ("/arc/metadata/identity/oauth2/token", Route::ArcToken),
            ("/app-service/token", Route::AppServiceToken),
            ("/cloud-shell/oauth2/token", Route::CloudShellToken),
            ("/T/oauth2/v2.0/authorize", Route::Authorize("T")),
            ("/T/oauth2/v2.0/devicecode", Route::DeviceCode("T")),
            ("/T/oauth2/deviceauth", Route::DevicePage("T")),
            ("/T/oauth2/v2.0/logout", Route::Logout),
            ("/T/login", Route::Login),
            ("/your-api/v1/data", Route::YourApi("v1/data")),
            ("/error", Route::Error),
            ("/oauth2/token", Route::CloudShellToken),
            ("/external/github-actions/token", Route::GitHubActionsToken),
            (
                "/external/azure-pipelines/oidctoken",
                Route::AzurePipelinesToken,
            ),
            ("/", Route::StartPage),
            ("//", Route::Nothing),
        ] {
            assert_eq!(Route::from_path(path), route, "{path}");
        }
    }
}
