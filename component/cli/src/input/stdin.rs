//! Stdin: all of it, or line by line.

use std::cell::RefCell;
use std::io::{self, IsTerminal, Read};
use std::time::Duration;

use text::Lines;
use zeroize::Zeroizing;

use crate::bindings::{monotonic_clock, poll, progress, wasi_stdin};
use crate::input::text::LIMIT;
use crate::output::Output;
use crate::output::error::Error;
use crate::output::exit_code::ExitCode;

/// So long a pipe may say nothing that nobody has named: build systems and programs that start others leave one open for ever.
/// A token has come by then even where it took several tries.
const PATIENCE: Duration = Duration::from_secs(10);

/// From when on a wait is worth a word.
const NOTICEABLE: Duration = Duration::from_secs(1);

thread_local! {
    /// What the first line told about the encoding holds for those behind it.
    static LINES: RefCell<Lines> = const { RefCell::new(Lines::new()) };
}

/// Whether somebody would have to type it.
pub(crate) fn is_terminal() -> bool {
    io::stdin().is_terminal()
}

/// Waits for the first byte of `what`, or for the end, where stdin is read although nobody named it. A person who sees what is
/// waited for waits as long as it takes; others get an error, with `remedy` as its hint.
pub(crate) fn expect(what: &str, remedy: &str, output: &Output) -> Result<(), Error> {
    if is_terminal() || has_come_within(NOTICEABLE) {
        return Ok(());
    }
    // What cannot be shown is not shown.
    drop(progress::waiting(&format!("{what} on stdin")));
    let has_come = output.stderr_is_terminal() || has_come_within(PATIENCE);
    if has_come {
        return Ok(());
    }
    drop(progress::resumed());
    Err(Error::new(
        ExitCode::TimedOutOrCancelled,
        format!(
            "{what} was expected on stdin, which is open, and nothing came within {} seconds",
            PATIENCE.as_secs()
        ),
        remedy,
    ))
}

fn has_come_within(limit: Duration) -> bool {
    let stream = wasi_stdin::get_stdin();
    let ready = stream.subscribe();
    let limit = u64::try_from(limit.as_nanos()).unwrap_or(u64::MAX);
    let passed = monotonic_clock::subscribe_duration(limit);
    // The stream is the first of them.
    poll::poll(&[&ready, &passed]).contains(&0)
}

/// The next line without its end, cleared when dropped; nothing at the end. Fails for what is no text.
pub(crate) fn line() -> io::Result<Option<Zeroizing<String>>> {
    LINES.with_borrow_mut(|lines| lines.next_of(&mut io::stdin().lock()))
}

/// All that is left. Where that takes its time, a terminal says what is waited for.
pub(crate) fn bytes() -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut bytes = Zeroizing::new(Vec::new());
    if !has_come_within(NOTICEABLE) {
        drop(progress::waiting("stdin"));
    }
    let read = io::stdin()
        .lock()
        .take(u64::from(LIMIT))
        .read_to_end(&mut bytes);
    drop(progress::resumed());
    match read {
        Ok(_) => Ok(bytes),
        Err(_) => Err(Error::general(
            "stdin could not be read",
            "name a file instead",
        )),
    }
}
