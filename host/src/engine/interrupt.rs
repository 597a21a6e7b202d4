//! Ctrl-C: the command ends at once, with the documented code and the terminal as it was.
//!
//! A thread of its own waits for it, because the command may be waiting for a lock or a keyring. Locks end with the
//! process, and files are replaced whole or not at all.

use std::io::{self, IsTerminal, Write};
use std::{process, thread};

use tokio::runtime::Builder;
use tokio::signal;

use crate::system::terminal;

/// Timed out or cancelled (see `entra-auth-cli --help`).
const CANCELLED: i32 = 6;

/// From here on Ctrl-C ends this process in an orderly way. Where that cannot be had, it ends it as ever.
pub(crate) fn watch() {
    drop(
        thread::Builder::new()
            .name("interrupt".to_owned())
            .spawn(wait),
    );
}

#[expect(
    clippy::exit,
    reason = "what the command waits for cannot be told to stop"
)]
fn wait() {
    let Ok(runtime) = Builder::new_current_thread().enable_io().build() else {
        return;
    };
    if runtime.block_on(signal::ctrl_c()).is_ok() {
        terminal::restore();
        tell();
        process::exit(CANCELLED);
    }
}

fn tell() {
    let mut stderr = io::stderr();
    // The terminal has shown `^C` behind whatever was there.
    let line = match stderr.is_terminal() {
        true => "\nerror: cancelled\n",
        false => "error: cancelled\n",
    };
    // Nothing can be done when stderr is closed.
    drop(stderr.write_all(line.as_bytes()));
}
