//! Entries of the token cache, for the guests that keep them: by which names, in an instance's memory, and what
//! cannot be kept.

#![deny(missing_docs)]

mod kept;
mod misuse;
mod name;
mod nonce;

pub use kept::Kept;
pub use misuse::{Misuse, check_client, check_content};
pub use name::EntryName;
pub use nonce::nonce;
