//! What comes in: words, secrets and tokens as people and programs give them.

pub(crate) mod argument;
pub(crate) mod environment;
pub(crate) mod file;
pub(crate) mod json;
pub(crate) mod named;
pub(crate) mod random;
pub(crate) mod secret;
pub(crate) mod stdin;
pub(crate) mod text;
pub(crate) mod time_limit;
pub(crate) mod token;
