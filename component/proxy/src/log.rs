//! What became of each request, and what its operator has to know: without it nobody finds out why. No query, no token, no secret.

use protocol::edge::answer::Answer;

use crate::bindings::entra_auth::core::access_log::{Entry, note};
use crate::bindings::wasi::cli::stderr::get_stderr;

/// What one write takes (`wasi:io/streams`).
const LONGEST: usize = 4096;

/// A request that was answered here.
pub(crate) fn answered(answer: &Answer, caller: Option<&str>) {
    tell(Entry {
        route: answer.route.clone(),
        status: answer.status,
        rule: (answer.status >= 400).then(|| answer.rule.clone()),
        caller: caller.map(str::to_owned),
    });
}

/// A request that went on, and what came back.
pub(crate) fn passed(route: &str, status: u16, caller: Option<&str>) {
    tell(Entry {
        route: Some(route.to_owned()),
        status,
        rule: None,
        caller: caller.map(str::to_owned),
    });
}

/// A log that is gone stops no request.
fn tell(entry: Entry) {
    drop(note(&entry));
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
