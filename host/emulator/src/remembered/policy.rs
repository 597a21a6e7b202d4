//! Policies of conditional access.

use serde::Deserialize;

use crate::value::guid::Guid;

/// A rule. The members that are given say whom it concerns; one without any concerns everybody.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Policy {
    /// A user principal name.
    pub(crate) user: Option<String>,
    /// A client id.
    pub(crate) client: Option<String>,
    /// An App ID URI.
    pub(crate) resource: Option<String>,
    /// The AADSTS number of the refusal.
    #[serde(default = "multi_factor")]
    pub(crate) code: u32,
    /// Another `error` than the number's usual one.
    pub(crate) error: Option<String>,
    /// Another `suberror` than the number's usual one.
    pub(crate) suberror: Option<String>,
    /// The name in the claims challenge.
    #[serde(skip, default = "Guid::random")]
    pub(crate) id: Guid,
}

/// Multi-factor authentication is required.
fn multi_factor() -> u32 {
    50076
}
