//! Random bytes, from the system.

use crate::output::error::Error;

/// New ones. Fails where the system has none to give.
pub(crate) fn bytes<const LENGTH: usize>() -> Result<[u8; LENGTH], Error> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes)
        .map_err(|_| Error::general("the system has no random bytes to give", "try again"))?;
    Ok(bytes)
}
