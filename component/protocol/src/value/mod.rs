//! Values that know nothing of a protocol: what everything else is made of.

pub mod clock_offset;
pub mod correlation_id;
pub(crate) mod date;
pub(crate) mod guid;
pub mod impossible;
pub(crate) mod json;
pub mod known_secrets;
pub(crate) mod printable;
pub mod secret;
pub mod time;
