//! Which endpoint a path names.

use serde::Deserialize;

use crate::registration::TokenVersion;

/// An endpoint, with the path segment that names the authority.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Route<'p> {
    InstanceDiscovery,
    Keys(&'p str, TokenVersion),
    Metadata(&'p str, TokenVersion),
    Nothing,
    Token(&'p str),
}

impl<'p> Route<'p> {
    pub(crate) fn from_path(path: &'p str) -> Self {
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        match segments.as_slice() {
            ["common", "discovery", "instance"] => Self::InstanceDiscovery,
            [tenant, "discovery", "keys"] => Self::Keys(tenant, TokenVersion::V1),
            [tenant, "discovery", "v2.0", "keys"] => Self::Keys(tenant, TokenVersion::V2),
            [tenant, ".well-known", "openid-configuration"] => {
                Self::Metadata(tenant, TokenVersion::V1)
            }
            [tenant, "v2.0", ".well-known", "openid-configuration"] => {
                Self::Metadata(tenant, TokenVersion::V2)
            }
            [tenant, "oauth2", "v2.0", "token"] => Self::Token(tenant),
            _ => Self::Nothing,
        }
    }

    /// The endpoint's name in control requests.
    pub(crate) fn endpoint(self) -> Option<Endpoint> {
        match self {
            Self::InstanceDiscovery => Some(Endpoint::Instance),
            Self::Keys(..) => Some(Endpoint::Keys),
            Self::Metadata(..) => Some(Endpoint::Metadata),
            Self::Nothing => None,
            Self::Token(_) => Some(Endpoint::Token),
        }
    }
}

/// The endpoints that can be made to fail.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Endpoint {
    Instance,
    Keys,
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
            ("/", Route::Nothing),
        ] {
            assert_eq!(Route::from_path(path), route, "{path}");
        }
    }
}
