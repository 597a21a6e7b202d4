//! Plain values that know nothing of each other.

pub(crate) mod cloud;
pub(crate) mod guid;
pub(crate) mod origin;
pub(crate) mod pem;
pub(crate) mod public_key;
pub(crate) mod time;
