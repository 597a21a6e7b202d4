//! Signed tokens, those that go out and those that come in.

pub(crate) mod access;
pub(crate) mod authentication_method;
pub(crate) mod client_info;
pub(crate) mod id;
pub(crate) mod jws;
pub(crate) mod pairwise;
pub(crate) mod signing_key;
