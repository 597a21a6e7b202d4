//! Entries of the token cache, for the guests that keep them: by which names, and in an instance's memory.

#![deny(missing_docs)]

mod kept;
mod name;

pub use kept::Kept;
pub use name::EntryName;
