//! The engine and one run in it: what the component is lent of WASI, which variables it sees, and how it ends.

mod config;
pub(crate) mod embedded;
pub(crate) mod environment;
pub(crate) mod lent;
#[cfg(unix)]
mod mapped_code;
pub(crate) mod run;
mod wasi;
