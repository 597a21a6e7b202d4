//! What the tenant remembers between requests.

pub(crate) mod added_certificate;
pub(crate) mod authorization_code;
pub(crate) mod consent;
pub(crate) mod delegation;
pub(crate) mod device_code;
pub(crate) mod options;
pub(crate) mod policy;
pub(crate) mod reference;
pub(crate) mod refresh_token;
pub(crate) mod session;
pub(crate) mod sign_in;

use std::fmt;

use crate::remembered::{
    added_certificate::AddedCertificate, authorization_code::AuthorizationCode, consent::Consent,
    device_code::DeviceCode, options::Options, policy::Policy, reference::References,
    refresh_token::RefreshToken, session::Session, sign_in::Flow,
};
use crate::value::guid::Guid;

/// Everything that was handed out, and how tests arranged things.
#[derive(Default)]
pub(crate) struct Remembered {
    /// Identifiers of the client assertions seen.
    pub(crate) assertions: References<()>,
    /// Certificates that were registered since the start.
    pub(crate) certificates: Vec<AddedCertificate>,
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
