//! What a person let a client do: the meaning of codes, device codes and refresh tokens.

use crate::request::scopes::RequestedScopes;
use crate::tenant::registration::Platform;
use crate::value::time::UnixTime;

/// One person's permission to one client.
#[derive(Clone, Debug)]
pub(crate) struct Delegation {
    pub(crate) client_id: String,
    pub(crate) user_id: String,
    /// Where the sign-in's answer went, if it went anywhere.
    pub(crate) platform: Option<Platform>,
    pub(crate) session_id: String,
    pub(crate) signed_in_at: UnixTime,
    pub(crate) scopes: RequestedScopes,
    /// What the client wants to find in the id token.
    pub(crate) nonce: Option<String>,
    /// Whether an API acts, for its caller.
    pub(crate) is_on_behalf: bool,
}
