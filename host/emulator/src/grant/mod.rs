//! From a token request to tokens, one grant a file.

pub(crate) mod authorization_code;
pub(crate) mod client_credentials;
pub(crate) mod device_code;
pub(crate) mod on_behalf_of;
pub(crate) mod refresh_token;
pub(crate) mod token_response;
