//! Sessions of people at their browsers.

use crate::value::time::UnixTime;

/// A person's session, found again by a cookie.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) user_id: String,
    pub(crate) signed_in_at: UnixTime,
}
