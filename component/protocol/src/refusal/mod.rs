//! Why no token came back, and what may help.

pub mod advice;
pub mod error;
pub mod peer;
pub mod server_error;
pub(crate) mod status;
pub mod unacceptable;
