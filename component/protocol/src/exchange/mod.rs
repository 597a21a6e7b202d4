//! How a request travels and how its answer is read, whatever is asked for.

pub mod answer;
pub(crate) mod form;
pub(crate) mod platform_request;
pub mod retry;
pub(crate) mod retry_after;
