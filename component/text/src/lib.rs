//! Text that comes in, as shells, editors and platforms of all systems write it.
//!
//! Whatever takes a text from outside (a file, a variable, a pipe, a terminal) reads it by [`decode`], so that all of them
//! understand the same. What cannot hold blanks is a [`word`]; what must not be changed is sent as it is, and [`remark`] says what
//! is odd about its form. Nothing here knows what a text is for.

#![deny(missing_docs)]

mod decode;
mod invisible;
mod likeness;
mod line;
mod remark;
mod word;

pub use decode::{NotText, decode};
pub use invisible::is_invisible;
pub use likeness::masked;
pub use line::{Lines, first_line};
pub use remark::remark;
pub use word::word;
