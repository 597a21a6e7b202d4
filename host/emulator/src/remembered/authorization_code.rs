//! Authorization codes that were handed out (RFC 6749 section 4.1.2).

use crate::remembered::delegation::Delegation;
use crate::request::pkce::Challenge;
use crate::value::time::UnixTime;

/// What a code stands for.
#[derive(Clone)]
pub(crate) struct AuthorizationCode {
    pub(crate) delegation: Delegation,
    /// As the authorization request spelled it.
    pub(crate) redirect_uri: Option<String>,
    pub(crate) challenge: Option<Challenge>,
    /// The authority at which the person signed in.
    pub(crate) authority: String,
    pub(crate) issued_at: UnixTime,
    pub(crate) is_redeemed: bool,
}
