//! From an address to a connection that requests can go over.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection as Describe};
use hyper_util::rt::TokioIo;
use tower_service::Service;

use super::cause::Cause;
use super::connection::{Connection, authority, dial, host, whom};
use super::proxy::{self, Protocol, Proxies, Proxy};
use super::remedy;
use super::trust::Trust;
use crate::capability::bindings::entra_auth::core::errors::Fault;

/// How long each step may take when the guest does not say, be it a name, a connection, a proxy's answer or a TLS
/// handshake: well above a slow one, well below the patience of a person.
const STEP_LIMIT: Duration = Duration::from_secs(10);

/// Makes connections as the environment says.
#[derive(Clone)]
pub(super) struct Connector {
    proxies: Arc<Proxies>,
    trust: Arc<Trust>,
}

impl Connector {
    pub(super) fn new(proxies: Arc<Proxies>, trust: Arc<Trust>) -> Self {
        Self { proxies, trust }
    }

    async fn connect(self, uri: Uri) -> Result<Connection, Cause> {
        let host = host(&uri).ok_or_else(no_host)?;
        // Plain http is for this machine and for what the platform puts next to it: neither is behind a proxy.
        if uri.scheme() == Some(&http::uri::Scheme::HTTP) {
            let port = uri.port_u16().unwrap_or(80);
            return direct(host, port, true).await;
        }
        let port = uri.port_u16().unwrap_or(443);
        let connection = match self.proxies.between(host)? {
            None => direct(host, port, false).await?,
            Some(proxy) => self.through(proxy, host, port).await?,
        };
        self.trust
            .handshake(connection, host, &whom(host, port), STEP_LIMIT)
            .await
    }

    async fn through(&self, proxy: &Proxy, host: &str, port: u16) -> Result<Connection, Cause> {
        let address = &proxy.address;
        let remedy = format!(
            "check that {} names the right proxy and that it runs, or add `{host}` to NO_PROXY if it can be reached directly",
            proxy.variable
        );
        let who = proxy.to_string();
        let connection = dial(&address.host, address.port, STEP_LIMIT, &who, &remedy).await?;
        let target = authority(host, port);
        match address.protocol {
            Protocol::Http => proxy::tunnel(connection, proxy, &target, STEP_LIMIT).await,
            Protocol::Https => {
                let connection = self
                    .trust
                    .handshake(connection, &address.host, &who, STEP_LIMIT)
                    .await?;
                proxy::tunnel(connection, proxy, &target, STEP_LIMIT).await
            }
            _ => proxy::handshake(connection, proxy, host, port, STEP_LIMIT).await,
        }
    }
}

async fn direct(host: &str, port: u16, is_plain: bool) -> Result<Connection, Cause> {
    let remedy = remedy::no_connection(host, is_plain);
    dial(host, port, STEP_LIMIT, &whom(host, port), remedy).await
}

fn no_host() -> Cause {
    Cause::new(
        Fault::Other,
        "the address of the request has no host",
        "check the authority of the profile",
    )
}

impl Service<Uri> for Connector {
    type Response = Link;
    type Error = Cause;
    type Future = Pin<Box<dyn Future<Output = Result<Link, Cause>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Cause>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connector = self.clone();
        Box::pin(async move { Ok(Link(TokioIo::new(connector.connect(uri).await?))) })
    }
}

/// A connection as the HTTP library wants it. Whatever it goes through, requests look as if there were nothing in between.
pub(super) struct Link(TokioIo<Connection>);

impl Describe for Link {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl Read for Link {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl Write for Link {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, buffer)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
