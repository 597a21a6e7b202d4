//! A text from a file, a pipe or a terminal, in whatever encoding (see the crate `text`).

use text::{NotText, decode};
use zeroize::Zeroizing;

use crate::output::error::Error;

/// Larger than any token; Entra's stay below 100 KiB.
pub(crate) const LIMIT: u32 = 1 << 20;

/// The text of the bytes; `what` names them in the message if they are none.
pub(crate) fn decoded(what: &str, bytes: &[u8]) -> Result<Zeroizing<String>, Error> {
    decode(bytes).map_err(|fault| no_text(what, fault))
}

fn no_text(what: &str, fault: NotText) -> Error {
    Error::bad_arguments(
        format!("{what} {fault}"),
        "save it as UTF-8; UTF-16 is read too",
    )
}
