//! The first segment of every path: whose sign-in service is meant.
//!
//! <https://learn.microsoft.com/entra/identity-platform/msal-client-application-configuration#authority>

use crate::refusal::Refusal;
use crate::tenant::registration::{Client, Tenant};
use crate::value::guid::Guid;

/// A tenant, or one of the words for many tenants.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Authority<'a> {
    /// Any work, school or personal account.
    Common,
    /// Personal accounts.
    Consumers,
    /// Any work or school account.
    Organizations,
    /// The tenant's own accounts and guests.
    Tenant(&'a Tenant),
}

impl<'a> Authority<'a> {
    /// Reads a path segment; `tenant` is the only one there is.
    pub(crate) fn from_segment(segment: &str, tenant: &'a Tenant) -> Result<Self, Refusal> {
        match segment {
            "common" => Ok(Self::Common),
            "consumers" => Ok(Self::Consumers),
            "organizations" => Ok(Self::Organizations),
            _ if tenant.is_called(segment) => Ok(Self::Tenant(tenant)),
            _ if Guid::parse(segment).is_some() || is_domain(segment) => {
                Err(Refusal::unknown_tenant(segment))
            }
            _ => Err(Refusal::malformed_tenant(segment)),
        }
    }

    /// The one tenant, or `None` for the words that leave it open.
    pub(crate) fn tenant(self) -> Option<&'a Tenant> {
        match self {
            Self::Tenant(tenant) => Some(tenant),
            Self::Common | Self::Consumers | Self::Organizations => None,
        }
    }

    /// Whether people may sign in to this client here.
    pub(crate) fn admit(self, client: &Client) -> Result<(), Refusal> {
        match self {
            Self::Consumers => Err(Refusal::not_for_consumers(&client.id)),
            Self::Common | Self::Organizations if !client.is_multi_tenant => {
                Err(Refusal::not_multi_tenant(&client.id))
            }
            Self::Common | Self::Organizations | Self::Tenant(_) => Ok(()),
        }
    }

    /// How published endpoints spell it: a domain becomes the GUID.
    pub(crate) fn path_segment(self) -> &'a str {
        match self {
            Self::Common => "common",
            Self::Consumers => "consumers",
            Self::Organizations => "organizations",
            Self::Tenant(tenant) => &tenant.id,
        }
    }

    /// How the published issuer spells it: open words stand for whichever tenant signs in.
    pub(crate) fn issuer_segment(self) -> &'a str {
        match self {
            Self::Common | Self::Organizations => "{tenantid}",
            Self::Consumers => CONSUMER_TENANT,
            Self::Tenant(tenant) => &tenant.id,
        }
    }
}

/// A name of two or more labels (RFC 1035 section 2.3.1).
fn is_domain(segment: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    segment.contains('.') && segment.split('.').all(is_label)
}

/// The tenant of personal Microsoft accounts, the same everywhere.
const CONSUMER_TENANT: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_sorted() {
        let tenant = crate::tenant::contoso::contoso();
        for (segment, expected) in [
            (
                "11111111-2222-3333-4444-555555555555",
                Ok(tenant.id.as_str()),
            ),
            ("Contoso.OnMicrosoft.com", Ok(tenant.id.as_str())),
            ("your-tenant-id", Ok(tenant.id.as_str())),
            ("common", Ok("common")),
            ("organizations", Ok("organizations")),
            ("consumers", Ok("consumers")),
            ("00000000-2222-3333-4444-555555555555", Err(90002)),
            ("fabrikam.onmicrosoft.com", Err(90002)),
            ("fabrikam", Err(900_023)),
            ("fabrikam..com", Err(900_023)),
            ("\"contoso.onmicrosoft.com\"", Err(900_023)),
            ("", Err(900_023)),
        ] {
            let found = Authority::from_segment(segment, &tenant);
            let found = found
                .map(Authority::path_segment)
                .map_err(|refusal| refusal.code);
            assert_eq!(found, expected, "{segment}");
        }
    }
}
