//! The line at the end of a terminal that says what is waited for, and goes away again.
//!
//! One for the whole process, because there is one terminal and whoever ends the process must leave it clean.

use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::terminal::printable;

/// How much is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Detail {
    #[default]
    Nothing,
    /// What is waited for, on a terminal.
    Waits,
    /// Besides that every step.
    Steps,
}

#[derive(Default)]
struct StatusLine {
    detail: Detail,
    waiting_for: Option<String>,
    is_drawn: bool,
}

static LINE: Mutex<StatusLine> = Mutex::new(StatusLine {
    detail: Detail::Nothing,
    waiting_for: None,
    is_drawn: false,
});

/// Back to the start of the line, and without what is in it (ECMA-48, `EL`).
const ERASE: &str = "\r\u{1b}[K";

/// From now on show `detail`.
pub(crate) fn show(detail: Detail) {
    line().detail = detail;
}

/// A step was taken.
pub(crate) fn step(text: &str) {
    let mut line = line();
    if line.detail >= Detail::Steps {
        line.erase();
        write(&format!("{}\n", one_line(text)));
    }
}

/// Something that everybody has to know, whatever is shown. What is waited for stays in view.
pub(crate) fn warn(text: &str) {
    let mut line = line();
    let was_drawn = line.is_drawn;
    line.erase();
    write(&format!("warning: {}\n", one_line(text)));
    if was_drawn {
        line.draw();
    }
}

/// From now on `what` is waited for.
pub(crate) fn waiting(what: &str) {
    let mut line = line();
    line.waiting_for = Some(what.to_owned());
    if line.detail >= Detail::Waits && io::stderr().is_terminal() {
        line.draw();
    }
}

/// Nothing is waited for any more. Returns what was.
pub(crate) fn resumed() -> Option<String> {
    let mut line = line();
    line.erase();
    line.waiting_for.take()
}

impl StatusLine {
    fn draw(&mut self) {
        if let Some(what) = &self.waiting_for {
            write(&format!("{ERASE}waiting for {} ...", one_line(what)));
            self.is_drawn = true;
        }
    }

    fn erase(&mut self) {
        if self.is_drawn {
            write(ERASE);
            self.is_drawn = false;
        }
    }
}

fn line() -> MutexGuard<'static, StatusLine> {
    LINE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn one_line(text: &str) -> String {
    printable(text).replace('\n', " ")
}

/// What cannot be shown is not shown.
fn write(text: &str) {
    let mut stderr = io::stderr().lock();
    drop(stderr.write_all(text.as_bytes()));
    drop(stderr.flush());
}
