//! The loopback sockets.

use std::{error::Error, fmt, io, net::Ipv4Addr, net::Ipv6Addr, sync::Arc};

use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::connection::{self, Service};

/// One port on 127.0.0.1, and on `[::1]` where this machine has it.
pub(crate) struct Listener {
    v4: TcpListener,
    v6: Option<TcpListener>,
    port: u16,
}

impl Listener {
    /// Takes the port; 0 means any free one.
    pub(crate) async fn bind(port: u16) -> Result<Self, CannotListen> {
        // A port that is free on one address can be taken on the other; a free one is soon found.
        let attempts = if port == 0 { 16 } else { 1 };
        let mut outcome = Self::bind_once(port).await;
        for _ in 1..attempts {
            if outcome.is_ok() {
                break;
            }
            outcome = Self::bind_once(port).await;
        }
        outcome.map_err(|source| CannotListen { port, source })
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Serves connections until the process ends.
    pub(crate) async fn serve(
        self,
        tls: Option<TlsAcceptor>,
        service: Arc<Service>,
    ) -> Result<(), Box<dyn Error>> {
        loop {
            match self.accept().await {
                Ok(stream) => {
                    tokio::spawn(connection::serve(stream, tls.clone(), Arc::clone(&service)));
                }
                // A connection that was reset before it was accepted concerns its client only.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn bind_once(port: u16) -> io::Result<Self> {
        let v4 = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let port = v4.local_addr()?.port();
        let v6 = match TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await {
            Ok(listener) => Some(listener),
            // `localhost` may mean [::1] to a client: nobody else may sit there.
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(error),
            Err(_) => None,
        };
        Ok(Self { v4, v6, port })
    }

    async fn accept(&self) -> io::Result<TcpStream> {
        let accepted = match &self.v6 {
            Some(v6) => tokio::select! {
                accepted = self.v4.accept() => accepted,
                accepted = v6.accept() => accepted,
            },
            None => self.v4.accept().await,
        };
        let (stream, _) = accepted?;
        // An answer in two small writes would wait 40 ms for the client's acknowledgement of the first.
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}

/// The port could not be taken.
#[derive(Debug)]
pub(crate) struct CannotListen {
    port: u16,
    source: io::Error,
}

impl CannotListen {
    /// What the user can do about it.
    pub(crate) fn hint(&self) -> Option<&'static str> {
        (self.source.kind() == io::ErrorKind::AddrInUse)
            .then_some("choose another with `--port`, or any free one with `--port 0`")
    }
}

impl fmt::Display for CannotListen {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "cannot listen on port {}", self.port)
    }
}

impl Error for CannotListen {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}
