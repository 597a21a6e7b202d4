//! The key that seals: a sandbox has no store to keep one in, so the environment gives it.

use sealing::cache_key::{VARIABLE, from_text};
use sealing::sealed::Key;
use text::word;
use zeroize::Zeroizing;

use crate::failure::{Capability, Failure, Fault, failure};

/// Nothing if the variable is not set.
pub(super) fn given() -> Result<Option<Key>, Failure> {
    let value = Zeroizing::new(std::env::var(VARIABLE).unwrap_or_default());
    let text = word(&value);
    if text.is_empty() {
        return Ok(None);
    }
    let key = from_text(text).ok_or_else(|| {
        failure(
            Capability::TokenCache,
            Fault::Damaged,
            format!("`{VARIABLE}` is not 32 bytes in base64"),
            "`entra-auth-cli cache-key` prints a new one",
        )
    })?;
    Ok(Some(key))
}
