//! What the operator has to know.

use crate::bindings::wasi::cli::stderr::get_stderr;

/// What one write takes (`wasi:io/streams`).
const LONGEST: usize = 4096;

pub(crate) fn problem(message: &str, hint: &str) {
    line(&format!("error: {message}"));
    line(&format!("hint: {hint}"));
}

pub(crate) fn line(text: &str) {
    let line = text.replace(char::is_control, " ") + "\n";
    let bytes = line.as_bytes();
    let bytes = bytes.get(..LONGEST).unwrap_or(bytes);
    // A log that is gone stops no request.
    drop(get_stderr().blocking_write_and_flush(bytes));
}
