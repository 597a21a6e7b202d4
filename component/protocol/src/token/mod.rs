//! What comes back: tokens read, looked into and kept.

pub mod account;
pub mod cache;
pub mod id;
pub mod jwt;
pub mod named_account;
pub mod nonce;
pub mod response;
pub mod verification;
