//! Stdin: all of it, or line by line.

use std::io::{self, BufRead, IsTerminal, Read};

use zeroize::Zeroizing;

use crate::input::text::LIMIT;
use crate::output::error::Error;

/// Whether somebody would have to type it.
pub(crate) fn is_terminal() -> bool {
    io::stdin().is_terminal()
}

/// The next line with its end, cleared when dropped; nothing at the end. Fails for what is no UTF-8.
pub(crate) fn line() -> io::Result<Option<Zeroizing<String>>> {
    let mut line = Zeroizing::new(String::new());
    let length = io::stdin().lock().read_line(&mut line)?;
    Ok((length > 0).then_some(line))
}

/// All that is left.
pub(crate) fn bytes() -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let read = io::stdin()
        .lock()
        .take(u64::from(LIMIT))
        .read_to_end(&mut bytes);
    match read {
        Ok(_) => Ok(bytes),
        Err(_) => Err(Error::general(
            "stdin could not be read",
            "name a file instead",
        )),
    }
}
