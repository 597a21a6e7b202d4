//! A terminal that goes away while a question is open (`SIGHUP`) gets its echo back first: another program may have it too.

use std::sync::Once;
use std::{process, thread};

use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};

use super::restore;
use crate::system::{platform, status_line};

/// Timed out or cancelled (see `entra-auth-cli --help`).
const CANCELLED: i32 = 6;

/// From the first question on. Without one the signal ends the process by itself, or not (`nohup`).
pub(super) fn watch() {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        if !platform::ignores_hang_up() {
            drop(
                thread::Builder::new()
                    .name("hang-up".to_owned())
                    .spawn(wait),
            );
        }
    });
}

#[expect(clippy::exit, reason = "nobody is there to answer")]
fn wait() {
    let Ok(runtime) = Builder::new_current_thread().enable_io().build() else {
        return;
    };
    let hung_up = runtime.block_on(async {
        let mut hang_up = signal(SignalKind::hangup())?;
        std::io::Result::Ok(hang_up.recv().await)
    });
    if hung_up.is_ok() {
        status_line::resumed();
        restore();
        process::exit(CANCELLED);
    }
}
