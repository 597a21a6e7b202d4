//! The socket of the proxy, and its orderly end.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::door::Door;
use super::{Prepared, connection, failure};
use crate::capability::bindings::entra_auth::core::errors::{Failure, Fault};
use crate::capability::peer::{Place, place_of};
use crate::system::interrupt;

/// After a connection could not be accepted, as when there are no more file descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// How long requests that have begun may take to end. Container platforms kill after 30 seconds.
const GRACE: Duration = Duration::from_secs(25);

/// The socket with everything that serves it.
pub(super) struct Listener {
    socket: TcpListener,
    acceptor: Option<TlsAcceptor>,
    door: Arc<Door>,
    connections: u32,
    stop: watch::Receiver<bool>,
}

impl Listener {
    /// Takes the address, and says on stdout that it has it.
    pub(super) async fn bind(prepared: Prepared) -> Result<Self, Failure> {
        // From here on an orderly end is due.
        let stop = interrupt::told();
        let listener = &prepared.plan.listener;
        let socket = TcpListener::bind(&listener.address).await;
        let socket = socket.map_err(|error| taken(&listener.address, &error))?;
        let address = socket.local_addr();
        let address = address.map_err(|error| taken(&listener.address, &error))?;
        let scheme = prepared.acceptor.as_ref().map_or("http", |_| "https");
        say(&json!({"listening": format!("{scheme}://{address}")}).to_string());
        Ok(Self {
            socket,
            connections: listener.connections,
            door: Arc::new(Door::new(prepared.instances, listener)),
            acceptor: prepared.acceptor,
            stop,
        })
    }

    /// Serves until it is told to stop, and then to the end of what has begun.
    pub(super) async fn serve(self) {
        let places = Arc::new(Semaphore::new(self.connections as usize));
        let mut stop = std::pin::pin!(interrupt::until(self.stop.clone()));
        loop {
            let Ok(place) = Arc::clone(&places).acquire_owned().await else {
                return;
            };
            tokio::select! {
                accepted = self.socket.accept() => match accepted {
                    Ok((stream, address)) => self.connected(stream, place_of(address), place),
                    // One that was reset before it was accepted concerns its client only.
                    Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                    Err(_) => sleep(PAUSE).await,
                },
                () = &mut stop => break,
            }
        }
        let all = places.acquire_many(self.connections);
        // Whoever takes longer is cut off.
        drop(timeout(GRACE, all).await);
    }

    fn connected(&self, stream: TcpStream, from: Place, place: OwnedSemaphorePermit) {
        // An answer in two small writes would wait for the client's acknowledgement of the first.
        drop(stream.set_nodelay(true));
        let (acceptor, door) = (self.acceptor.clone(), Arc::clone(&self.door));
        let stop = self.stop.clone();
        tokio::spawn(async move {
            connection::serve(stream, from, acceptor, door, stop).await;
            drop(place);
        });
    }
}

fn taken(address: &str, error: &io::Error) -> Failure {
    let (what, hint) = match error.kind() {
        io::ErrorKind::AddrInUse => (
            "another process has it".to_owned(),
            "end that one, or choose another `address` in `[listen]`",
        ),
        io::ErrorKind::PermissionDenied => (
            "this user may not".to_owned(),
            "choose a port from 1024 on, or let the system grant it",
        ),
        _ => (
            error.to_string().to_lowercase(),
            "check `address` in `[listen]`",
        ),
    };
    let message = format!("cannot listen at `{address}`: {what}");
    failure(Fault::Conflict, message, hint)
}

/// A line of the log.
pub(super) fn say(line: &str) {
    // A log that is gone stops no request.
    drop(writeln!(io::stdout().lock(), "{line}"));
}
