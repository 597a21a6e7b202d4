//! One line for each request that is refused: without it nobody finds out why. No query, no token, no secret.

use protocol::edge::answer::Answer;

use crate::bindings::wasi::cli::stderr::get_stderr;

/// What one write takes (`wasi:io/streams`).
const LONGEST: usize = 4096;

/// A request that was answered here.
pub(crate) fn refused(answer: &Answer) {
    let route = answer.route.as_deref().unwrap_or("-");
    line(&format!("route {route}: {} {}", answer.status, answer.rule));
}

/// Something that its operator has to know.
pub(crate) fn problem(message: &str, hint: Option<&str>) {
    line(&format!("error: {message}"));
    if let Some(hint) = hint {
        line(&format!("hint: {hint}"));
    }
}

fn line(text: &str) {
    let printable: String = text
        .chars()
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .chain(['\n'])
        .collect();
    let bytes = printable.as_bytes();
    let bytes = bytes.get(..LONGEST).unwrap_or(bytes);
    // A log that is gone stops no request.
    drop(get_stderr().blocking_write_and_flush(bytes));
}
