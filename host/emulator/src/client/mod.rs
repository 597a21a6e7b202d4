//! Who asks for a token, and whether it can be believed.

pub(crate) mod assertion;
pub(crate) mod authentication;
