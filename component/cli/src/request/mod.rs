//! From a profile and the flags of one call to a request of the contract.

pub(crate) mod assertion;
pub(crate) mod browser_options;
pub(crate) mod cached_tokens;
pub(crate) mod claims;
pub(crate) mod credential;
mod environment_proof;
pub(crate) mod federation;
pub(crate) mod headless;
pub(crate) mod managed_identity;
pub(crate) mod missing_secret;
pub(crate) mod options;
pub(crate) mod prepared;
pub(crate) mod purpose;
