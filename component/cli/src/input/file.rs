//! Files that the user named.

use text::masked;

use crate::bindings::files;
use crate::output::error::Error;

/// What is in it, of at most `limit` bytes. Fails for what is no path but what belongs into the file: a key, a certificate or a
/// token, which no message may show.
pub(crate) fn read(path: &str, limit: u32) -> Result<Vec<u8>, Error> {
    files::read(path, limit).map_err(|failure| match masked(path) == path {
        true => failure.into(),
        false => Error::bad_arguments(
            "the path of a file was expected, and what stands there looks like the content of one",
            "write the content into a file that only you may read, and name that",
        ),
    })
}
