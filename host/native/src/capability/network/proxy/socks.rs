//! A connection through a SOCKS proxy (RFC 1928, RFC 1929).

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_util::client::legacy::connect::proxy::{SocksV4, SocksV5};
use hyper_util::rt::TokioIo;
use tower_service::Service;

use super::{Protocol, Proxy};
use crate::capability::bindings::entra_auth::core::errors::Fault;
use crate::capability::network::cause::{self, Cause};
use crate::capability::network::connection::{self, Connection};

/// Has `proxy`, at the other end of `connection`, connect to a host and a port.
pub(crate) async fn handshake(
    connection: Connection,
    proxy: &Proxy,
    host: &str,
    port: u16,
    limit: Duration,
) -> Result<Connection, Cause> {
    let looked_up = matches!(proxy.address.protocol, Protocol::Socks4 | Protocol::Socks5);
    let host = match looked_up {
        true => looked_up_here(host, port).await?,
        false => host.to_owned(),
    };
    let target: Uri = format!("https://{}/", connection::authority(&host, port))
        .parse()
        .map_err(|_| Cause::new(Fault::Other, "no such host", "check the authority"))?;
    match tokio::time::timeout(limit, shake(connection, proxy, target)).await {
        Ok(Ok(connection)) => Ok(connection),
        Ok(Err(why)) => Err(Cause::new(
            Fault::Unreachable,
            format!("{proxy} made no connection to `{host}:{port}`: {why}"),
            format!(
                "check protocol, user name and password in {}, and that the proxy may connect there",
                proxy.variable
            ),
        )),
        Err(_) => Err(Cause::new(
            Fault::TimedOut,
            format!("{proxy} did not answer within {} seconds", limit.as_secs()),
            "check that it is a SOCKS proxy",
        )),
    }
}

async fn shake(connection: Connection, proxy: &Proxy, target: Uri) -> Result<Connection, String> {
    let made = Made(Some(connection));
    let credentials = proxy.address.credentials.as_ref();
    let words = |error: &dyn std::error::Error| {
        let text = error.to_string();
        text.trim_start_matches("SOCKS error: ").to_owned()
    };
    let io = match proxy.address.protocol {
        Protocol::Socks4 | Protocol::Socks4a => SocksV4::new(Uri::default(), made)
            .call(target)
            .await
            .map_err(|error| words(&error))?,
        _ => {
            let mut socks = SocksV5::new(Uri::default(), made);
            if let Some((user, password)) = credentials {
                socks = socks.with_auth(user.to_string(), password.to_string());
            }
            socks.call(target).await.map_err(|error| words(&error))?
        }
    };
    Ok(io.into_inner())
}

/// An IPv4 address if the host has one: older proxies know no others. Else the name stays for the proxy to look up.
async fn looked_up_here(host: &str, port: u16) -> Result<String, Cause> {
    let mut addresses = tokio::net::lookup_host((host, port))
        .await
        .map_err(|error| {
            let remedy = "or write the proxy as `socks5h://`, so that it looks names up itself";
            connection::unknown(&format!("`{host}`"), &cause::of_system(&error), remedy)
        })?;
    Ok(addresses
        .find(std::net::SocketAddr::is_ipv4)
        .map_or_else(|| host.to_owned(), |address| address.ip().to_string()))
}

/// A connector whose one connection is there already.
struct Made(Option<Connection>);

impl Service<Uri> for Made {
    type Response = TokioIo<Connection>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let connection = self.0.take();
        ready(Ok(TokioIo::new(
            connection.unwrap_or_else(|| Box::new(tokio::io::empty())),
        )))
    }
}
