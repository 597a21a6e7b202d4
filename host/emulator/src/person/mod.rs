//! What people see and decide: pages, sessions, consent and conditional access.

pub(crate) mod authorization_response;
pub(crate) mod consent;
pub(crate) mod device;
pub(crate) mod page;
pub(crate) mod policy;
pub(crate) mod questions;
pub(crate) mod session;
pub(crate) mod sign_in;
