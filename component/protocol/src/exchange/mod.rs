//! How a request travels and how its answer is read, whatever is asked for.

pub mod answer;
pub(crate) mod form;
pub mod platform_request;
pub mod retry;
pub(crate) mod retry_after;
pub mod server_time;
