//! What an authority said about itself.
//!
//! [OpenID Connect Discovery](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata), as far as a client needs it.
//! [`discovery`](crate::authority::discovery) asks for it and decides what is believed.

use url::Url;

use crate::value::guid::is_guid;

/// The part that stands for the tenant in the issuer of `common` and `organizations`.
const TENANT_PLACEHOLDER: &str = "{tenantid}";

/// The endpoints of an authority and its name in tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    pub(super) issuer: String,
    pub(super) authorization_endpoint: Url,
    pub(super) token_endpoint: Url,
    pub(super) device_authorization_endpoint: Option<Url>,
    /// It can have the browser post its answers.
    pub(super) has_form_post: bool,
}

impl Metadata {
    /// The name that tokens for this tenant carry as `iss`.
    pub(super) fn issuer(&self, tenant_id: &str) -> String {
        self.issuer.replace(TENANT_PLACEHOLDER, tenant_id)
    }

    /// The tenant by its GUID, which stands in the issuer whatever name was asked for.
    pub fn tenant_id(&self) -> Option<&str> {
        let mut parts = self.issuer.split('/');
        parts.find(|part| is_guid(part))
    }
}
