//! What is asked for and by whom, checked before it is sent.

pub mod challenge;
pub mod claims;
pub mod client_id;
pub mod scope;
