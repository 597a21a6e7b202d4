//! Connections: bytes to and fro, whatever they go through.

use std::error::Error as StdError;
use std::io;
use std::net::Ipv6Addr;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::{GaiAddrs, GaiFuture, GaiResolver, Name};
use tokio::io::{AsyncRead, AsyncWrite};
use tower_service::Service;

use super::cause::{self, Cause};
use crate::capability::bindings::entra_auth::core::errors::Fault;

/// A stream of bytes in both directions.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A connection of any kind: straight, through a proxy, within TLS.
pub(super) type Connection = Box<dyn Stream>;

/// Connects to `host`, an IPv6 address without brackets, at `port`. Of several addresses the ones of the other kind get a
/// chance too when the first do not answer at once (RFC 8305). `whom` names the other end in errors, and `remedy` says what
/// to look at.
pub(super) async fn dial(
    host: &str,
    port: u16,
    limit: Duration,
    whom: &str,
    remedy: &str,
) -> Result<Connection, Cause> {
    let mut connector = HttpConnector::new_with_resolver(Resolver(GaiResolver::new()));
    connector.enforce_http(false);
    connector.set_connect_timeout(Some(limit));
    connector.set_nodelay(true);
    let uri: Uri = format!("http://{}/", authority(host, port))
        .parse()
        .map_err(|_| Cause::new(Fault::Other, format!("{whom} has no address"), remedy))?;
    match connector.call(uri).await {
        Ok(connection) => Ok(Box::new(connection.into_inner())),
        Err(error) => Err(no_connection(&error, limit, whom, remedy)),
    }
}

/// The host of an address, one of IPv6 without brackets.
pub(super) fn host(uri: &Uri) -> Option<&str> {
    uri.host()
        .map(|host| host.trim_start_matches('[').trim_end_matches(']'))
        .filter(|host| !host.is_empty())
}

/// Who is at the other end, in words: the host, and the port if it is not the usual one.
pub(super) fn whom(host: &str, port: u16) -> String {
    match port {
        80 | 443 => format!("`{host}`"),
        _ => format!("`{}`", authority(host, port)),
    }
}

/// Host and port as they stand in an address.
pub(super) fn authority(host: &str, port: u16) -> String {
    match host.parse::<Ipv6Addr>() {
        Ok(_) => format!("[{host}]:{port}"),
        Err(_) => format!("{host}:{port}"),
    }
}

fn no_connection(
    error: &(dyn StdError + 'static),
    limit: Duration,
    whom: &str,
    remedy: &str,
) -> Cause {
    if let Some(reason) = cause::find(error, |inner| {
        let unknown = inner.downcast_ref::<Unknown>()?;
        Some(cause::of_system(&unknown.0))
    }) {
        return unknown(whom, &reason, remedy);
    }
    let reason = cause::find(error, |inner| inner.downcast_ref::<io::Error>().map(kind));
    let (kind, text) = reason.unwrap_or((io::ErrorKind::TimedOut, String::new()));
    let fault = match kind {
        io::ErrorKind::TimedOut => Fault::TimedOut,
        _ => Fault::Unreachable,
    };
    let error = io::Error::new(kind, text);
    Cause::new(
        fault,
        format!("cannot connect to {whom}: {}", cause::of_io(&error, limit)),
        remedy,
    )
}

fn kind(error: &io::Error) -> (io::ErrorKind, String) {
    (error.kind(), error.to_string())
}

/// A name that leads nowhere.
pub(super) fn unknown(whom: &str, reason: &str, remedy: &str) -> Cause {
    Cause::new(
        Fault::Unreachable,
        format!("cannot find {whom}: {reason}"),
        format!("check the spelling and the DNS settings; {remedy}"),
    )
}

/// The operating system's resolver, whose errors can be told from those of connections.
#[derive(Clone)]
struct Resolver(GaiResolver);

impl Service<Name> for Resolver {
    type Response = GaiAddrs;
    type Error = Unknown;
    type Future = Resolving;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Unknown>> {
        self.0.poll_ready(context).map_err(Unknown)
    }

    fn call(&mut self, name: Name) -> Resolving {
        Resolving(self.0.call(name))
    }
}

/// A look-up under way.
struct Resolving(GaiFuture);

impl Future for Resolving {
    type Output = Result<GaiAddrs, Unknown>;

    fn poll(mut self: std::pin::Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        std::pin::Pin::new(&mut self.0)
            .poll(context)
            .map_err(Unknown)
    }
}

/// Why a name was not found.
#[derive(Debug)]
struct Unknown(io::Error);

impl std::fmt::Display for Unknown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl StdError for Unknown {}
