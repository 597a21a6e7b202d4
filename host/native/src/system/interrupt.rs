//! Ctrl-C and `SIGTERM`: the command ends at once, with the documented code and the terminal as it was. The first process of a
//! container is ended by no signal that it does not wait for.
//!
//! Whoever serves others asks to be told first, and comes to an orderly end; the second time it ends at once all the same. Whoever
//! started another program to wait for leaves them to that.
//!
//! A thread of its own waits, because the command may be waiting for a lock or a keyring. Locks end with the process, and
//! files are replaced whole or not at all.

use std::io::{self, IsTerminal, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
#[cfg(unix)]
use std::task::Poll;
use std::{process, thread};

use tokio::runtime::Builder;
use tokio::sync::watch;

use super::{status_line, terminal};

/// Timed out or cancelled (see `entra-auth-cli --help`).
const CANCELLED: i32 = 6;

/// From here on both of them end this process in an orderly way. Where that cannot be had, it ends it as ever.
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
    loop {
        if runtime.block_on(interrupted()).is_err() {
            return;
        }
        let told = TOLD.get().filter(|told| !*told.borrow());
        match told {
            _ if LEFT.load(Ordering::Relaxed) => {}
            Some(told) => drop(told.send_replace(true)),
            None => break,
        }
    }
    status_line::resumed();
    terminal::restore();
    tell();
    process::exit(CANCELLED);
}

/// Who is told first.
static TOLD: OnceLock<watch::Sender<bool>> = OnceLock::new();

/// From here on the first signal is only told here: it becomes true.
pub(crate) fn told() -> watch::Receiver<bool> {
    TOLD.get_or_init(|| watch::Sender::new(false)).subscribe()
}

/// From here on a signal is another program's to notice: it has the terminal, and this one ends with it.
pub(crate) fn leave_to_program() {
    LEFT.store(true, Ordering::Relaxed);
}

/// Whether another program has them.
static LEFT: AtomicBool = AtomicBool::new(false);

/// Waits until it was told.
pub(crate) async fn until(mut told: watch::Receiver<bool>) {
    // Nobody drops the sender.
    drop(told.wait_for(|told| *told).await);
}

#[cfg(unix)]
async fn interrupted() -> io::Result<()> {
    use rustix::process::Signal;
    use tokio::signal::unix::{SignalKind, signal};

    // Whoever caught it is told by the call that writes that a file may not grow further (`ulimit -f`), and loses a cache at
    // most; nobody waits for it.
    drop(signal(SignalKind::from_raw(Signal::XFSZ.as_raw()))?);
    let mut signals = [
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    ];
    std::future::poll_fn(|context| {
        match signals
            .iter_mut()
            .any(|signal| signal.poll_recv(context).is_ready())
        {
            true => Poll::Ready(Ok(())),
            false => Poll::Pending,
        }
    })
    .await
}

#[cfg(not(unix))]
async fn interrupted() -> io::Result<()> {
    tokio::signal::ctrl_c().await
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
