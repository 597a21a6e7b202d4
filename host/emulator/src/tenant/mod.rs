//! What an administrator set up, and the authority under which it is reached.

pub(crate) mod authority;
pub(crate) mod certificate;
pub(crate) mod contoso;
pub(crate) mod overview;
pub(crate) mod registration;
