//! `progress`: lines on stderr.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use crate::WasiCapabilities;
use crate::bindings::exports::entra_auth::core::progress::Guest as Progress;
use crate::bindings::exports::entra_auth::core::progress_display::{Detail, Guest as Display};
use crate::failure::Failure;
use crate::ignored;
use crate::sign_in::printable;

static SHOWN: AtomicU8 = AtomicU8::new(Detail::Nothing as u8);

/// Whether the last line of the terminal says what is waited for.
static IS_WAITING: AtomicBool = AtomicBool::new(false);

/// Back to the start of the line, and without what is in it (ECMA-48, `EL`).
const ERASE: &str = "\r\u{1b}[K";

impl Progress for WasiCapabilities {
    fn step(text: String) -> Result<(), Failure> {
        if shows(Detail::Steps) {
            erase();
            write(&format!("{}\n", printable(&text)));
        }
        Ok(())
    }

    fn waiting(what: String) -> Result<(), Failure> {
        if shows(Detail::Waits) && io::stderr().is_terminal() {
            write(&format!("{ERASE}waiting for {} ...", printable(&what)));
            IS_WAITING.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    fn resumed() -> Result<(), Failure> {
        erase();
        Ok(())
    }
}

impl Display for WasiCapabilities {
    fn show(detail: Detail) -> Result<(), Failure> {
        SHOWN.store(detail as u8, Ordering::Relaxed);
        if shows(Detail::Steps) || shows(Detail::Waits) && io::stderr().is_terminal() {
            ignored::warning()
                .iter()
                .for_each(|warning| write(&format!("{warning}\n")));
        }
        Ok(())
    }

    /// Nothing here can be waited for but what the token logic itself gives up.
    fn give_up_after(_seconds: u32) -> Result<(), Failure> {
        Ok(())
    }
}

fn shows(detail: Detail) -> bool {
    SHOWN.load(Ordering::Relaxed) >= detail as u8
}

fn erase() {
    if IS_WAITING.swap(false, Ordering::Relaxed) {
        write(ERASE);
    }
}

/// What cannot be shown is not shown.
fn write(text: &str) {
    let mut stderr = io::stderr().lock();
    drop(stderr.write_all(text.as_bytes()));
    drop(stderr.flush());
}
