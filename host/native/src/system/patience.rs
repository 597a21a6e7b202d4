//! Waits that a person notices, and the moment at which it is enough.

use std::io::{self, Write};
use std::sync::Once;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;
use std::{process, thread};

use super::{status_line, terminal};

/// Timed out or cancelled (see `entra-auth-cli --help`).
const TIMED_OUT: i32 = 6;

/// A person takes it for a stop when nothing has happened for that long.
pub(crate) const NOTICEABLE: Duration = Duration::from_secs(1);

/// Whoever waits for something that has a limit of its own gets the time to say so better, on a busy machine too.
const GRACE: Duration = Duration::from_secs(2);

/// Says what is waited for once that takes longer than a moment, until dropped.
pub(crate) struct Wait {
    over: Option<Sender<()>>,
    teller: Option<JoinHandle<()>>,
}

impl Wait {
    /// `what` as in "waiting for `what`".
    pub(crate) fn of(what: &str) -> Self {
        let (sender, over) = channel::<()>();
        let what = what.to_owned();
        // Where no thread can be had, nothing is said.
        let teller = thread::Builder::new()
            .name("wait".to_owned())
            .spawn(move || {
                if over.recv_timeout(NOTICEABLE) == Err(RecvTimeoutError::Timeout) {
                    status_line::waiting(&what);
                    let _ = over.recv();
                    status_line::resumed();
                }
            });
        Self {
            over: Some(sender),
            teller: teller.ok(),
        }
    }
}

impl Drop for Wait {
    /// The line is gone before anything else is said.
    fn drop(&mut self) {
        drop(self.over.take());
        if let Some(teller) = self.teller.take() {
            let _ = teller.join();
        }
    }
}

/// Ends the process `limit` from now and a moment more, whatever it waits for then: a named pipe, a lock, a keyring. The first
/// call counts.
pub(crate) fn end_after(limit: Duration) {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        drop(
            thread::Builder::new()
                .name("limit".to_owned())
                .spawn(move || {
                    thread::sleep(limit + GRACE);
                    give_up(limit);
                }),
        );
    });
}

#[expect(
    clippy::exit,
    reason = "what the command waits for cannot be told to stop"
)]
fn give_up(limit: Duration) {
    let what = status_line::resumed();
    terminal::restore();
    let what = what.map_or_else(String::new, |what| format!(" while waiting for {what}"));
    let seconds = match limit.as_secs() {
        1 => "1 second".to_owned(),
        seconds => format!("{seconds} seconds"),
    };
    // Nothing can be done when stderr is closed.
    drop(writeln!(
        io::stderr(),
        "error: gave up after {seconds}{what}\nhint: allow more time with `--timeout`"
    ));
    process::exit(TIMED_OUT);
}
