//! Sign-ins that are under way.

use crate::request::authorization::AuthorizationRequest;
use crate::value::time::UnixTime;

/// How far a sign-in is.
#[derive(Clone)]
pub(crate) struct Flow {
    pub(crate) purpose: Purpose,
    /// Whom the browser knows already.
    pub(crate) offered: Option<SignedIn>,
    pub(crate) signed_in: Option<SignedIn>,
    /// Whether the password is asked for even from somebody whom the browser knows.
    pub(crate) wants_password: bool,
    /// Whether consent is asked for even if it was given.
    pub(crate) wants_consent: bool,
    /// Whether the person knows which application asks. On a device's page only the code told.
    pub(crate) is_confirmed: bool,
    /// What stands in the field for the account.
    pub(crate) account: String,
    /// The authority, as endpoints spell it.
    pub(crate) segment: String,
}

/// For whom somebody signs in.
#[derive(Clone)]
pub(crate) enum Purpose {
    Authorization(Box<AuthorizationRequest>),
    /// A device, by its user code.
    Device(String),
}

/// Somebody who signed in.
#[derive(Clone)]
pub(crate) struct SignedIn {
    pub(crate) user_id: String,
    pub(crate) session_id: String,
    pub(crate) signed_in_at: UnixTime,
}
