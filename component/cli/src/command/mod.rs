//! The commands, one a room. A command knows its flags; what they need is done in the wings below.

pub(crate) mod cache_key;
pub(crate) mod clear_cache;
pub(crate) mod completion;
pub(crate) mod config;
pub(crate) mod destination;
pub(crate) mod discover;
pub(crate) mod format;
pub(crate) mod get_token;
pub(crate) mod inspect;
pub(crate) mod proxy;
pub(crate) mod refresh;
pub(crate) mod serve;
pub(crate) mod status;
