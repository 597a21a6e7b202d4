//! What a token is given for, one grant a file or folder.

pub mod authorization_code;
pub mod client_credentials;
pub mod device_code;
pub mod managed_identity;
pub mod on_behalf_of;
#[cfg(test)]
mod recorded;
pub mod refresh_token;
pub mod token_request;
