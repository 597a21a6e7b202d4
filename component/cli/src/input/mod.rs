//! What comes in: words, secrets and tokens as people and programs give them.

pub(crate) mod choice;
pub(crate) mod duration;
pub(crate) mod secret;
pub(crate) mod token;
