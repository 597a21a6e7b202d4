//! Stdin: all of it, or line by line.

use std::cell::RefCell;
use std::io::{self, IsTerminal, Read};

use text::Lines;
use zeroize::Zeroizing;

use crate::input::text::LIMIT;
use crate::output::error::Error;

thread_local! {
    /// What the first line told about the encoding holds for those behind it.
    static LINES: RefCell<Lines> = const { RefCell::new(Lines::new()) };
}

/// Whether somebody would have to type it.
pub(crate) fn is_terminal() -> bool {
    io::stdin().is_terminal()
}

/// The next line without its end, cleared when dropped; nothing at the end. Fails for what is no text.
pub(crate) fn line() -> io::Result<Option<Zeroizing<String>>> {
    LINES.with_borrow_mut(|lines| lines.next_of(&mut io::stdin().lock()))
}

/// All that is left.
pub(crate) fn bytes() -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut bytes = Zeroizing::new(Vec::new());
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
