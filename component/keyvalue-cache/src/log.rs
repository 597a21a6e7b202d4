//! What the operator has to know.

use crate::bindings::wasi::cli::stderr::get_stderr;

/// What one write takes (`wasi:io/streams`).
const LONGEST: usize = 4096;

pub(crate) fn problem(message: &str, hint: &str) {
    let line = |text: &str| text.replace(char::is_control, " ");
    let lines = format!("error: {}\nhint: {}\n", line(message), line(hint));
    let bytes = lines.as_bytes();
    let bytes = bytes.get(..LONGEST).unwrap_or(bytes);
    // A log that is gone stops no request.
    drop(get_stderr().blocking_write_and_flush(bytes));
}
