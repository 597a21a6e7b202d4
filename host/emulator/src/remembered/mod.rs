//! What the tenant remembers between requests.

pub(crate) mod handle;
pub(crate) mod options;
pub(crate) mod reference;

use std::fmt;

use crate::{
    grant::{
        authorization_code::AuthorizationCode, device_code::DeviceCode, refresh_token::RefreshToken,
    },
    person::{consent::Consent, policy::Policy, session::Session, sign_in::Flow},
    remembered::{options::Options, reference::Shelf},
    value::guid::Guid,
};

/// Everything that was handed out, and how tests arranged things.
#[derive(Default)]
pub(crate) struct Memory {
    /// Identifiers of the client assertions seen.
    pub(crate) assertions: Shelf<()>,
    pub(crate) codes: Shelf<AuthorizationCode>,
    pub(crate) consents: Vec<Consent>,
    pub(crate) device_codes: Shelf<DeviceCode>,
    /// Sign-ins that are under way.
    pub(crate) flows: Shelf<Flow>,
    pub(crate) options: Options,
    pub(crate) policies: Vec<Policy>,
    pub(crate) refresh_tokens: Shelf<RefreshToken>,
    /// Who met which policy, by object id.
    pub(crate) satisfied: Vec<(String, Guid)>,
    pub(crate) sessions: Shelf<Session>,
}

/// Without the content: it is secret.
impl fmt::Debug for Memory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Memory").finish_non_exhaustive()
    }
}
