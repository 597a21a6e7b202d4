//! What is asked for, read from the parameters of a request.

pub(crate) mod authorization;
pub(crate) mod claims;
pub(crate) mod default_scope;
pub(crate) mod form;
pub(crate) mod pkce;
pub(crate) mod redirect_uri;
pub(crate) mod return_address;
pub(crate) mod scopes;
