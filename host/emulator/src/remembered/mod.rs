//! What the tenant remembers between requests.

pub(crate) mod options;
pub(crate) mod reference;

use std::fmt;

use crate::{
    grant::{
        authorization_code::AuthorizationCode, device_code::DeviceCode, refresh_token::RefreshToken,
    },
    person::{consent::Consent, policy::Policy, session::Session, sign_in::Flow},
    remembered::{options::Options, reference::References},
    value::guid::Guid,
};

/// Everything that was handed out, and how tests arranged things.
#[derive(Default)]
pub(crate) struct Remembered {
    /// Identifiers of the client assertions seen.
    pub(crate) assertions: References<()>,
    pub(crate) codes: References<AuthorizationCode>,
    pub(crate) consents: Vec<Consent>,
    pub(crate) device_codes: References<DeviceCode>,
    /// Sign-ins that are under way.
    pub(crate) flows: References<Flow>,
    pub(crate) options: Options,
    pub(crate) policies: Vec<Policy>,
    pub(crate) refresh_tokens: References<RefreshToken>,
    /// Who met which policy, by object id.
    pub(crate) satisfied: Vec<(String, Guid)>,
    pub(crate) sessions: References<Session>,
}

/// Without the content: it is secret.
impl fmt::Debug for Remembered {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Remembered").finish_non_exhaustive()
    }
}
