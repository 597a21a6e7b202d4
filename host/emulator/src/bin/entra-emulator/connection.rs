//! One connection: HTTP/1.1 in, the emulator's answers out.

use std::{
    fmt,
    io::{self, Write as _},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use entra_emulator::{Disruption, Emulator, Origin, UnixTime};
use http_body_util::{BodyExt as _, Limited};
use hyper::{
    Request, Response, StatusCode, body::Incoming, header::HOST, server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::TlsAcceptor;

use crate::paced_body::PacedBody;

/// What every connection needs.
pub(crate) struct Service {
    pub(crate) emulator: Emulator,
    pub(crate) scheme: &'static str,
    /// Hosts besides this machine's that may be meant.
    pub(crate) names: Vec<String>,
    pub(crate) verbose: bool,
}

/// Serves one connection. Its failures are the client's to notice.
pub(crate) async fn serve(stream: TcpStream, tls: Option<TlsAcceptor>, service: Arc<Service>) {
    match tls {
        None => serve_http(stream, service).await,
        Some(acceptor) => match acceptor.accept(stream).await {
            Ok(stream) => serve_http(stream, service).await,
            Err(error) if service.verbose => log(&format!("TLS handshake failed: {error}")),
            Err(_) => {}
        },
    }
}

async fn serve_http(stream: impl AsyncRead + AsyncWrite + Unpin, service: Arc<Service>) {
    let answer = service_fn(|request| {
        let service = Arc::clone(&service);
        async move { service.answer(request).await }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), answer);
    if let (Err(error), true) = (connection.await, service.verbose) {
        log(&format!("connection ended: {error}"));
    }
}

impl Service {
    async fn answer(&self, request: Request<Incoming>) -> Result<Response<PacedBody>, HungUp> {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let response = match self.whole(request).await {
            Ok((request, origin)) => self.emulator.respond(&request, &origin, now()),
            Err(status) => refusal(status),
        };
        if self.verbose {
            log(&format!("{method} {path} {}", response.status().as_u16()));
        }
        let disruption = response
            .extensions()
            .get::<Disruption>()
            .copied()
            .unwrap_or_default();
        tokio::time::sleep(disruption.delay).await;
        if disruption.hang_up {
            return Err(HungUp);
        }
        Ok(response.map(|body| PacedBody::new(body, disruption.cut_off)))
    }

    /// The request with its body, and the origin that the client meant.
    async fn whole(
        &self,
        request: Request<Incoming>,
    ) -> Result<(Request<Vec<u8>>, Origin), StatusCode> {
        let origin = self
            .origin(&request)
            .ok_or(StatusCode::MISDIRECTED_REQUEST)?;
        let (head, body) = request.into_parts();
        let body = Limited::new(body, LARGEST_REQUEST)
            .collect()
            .await
            .map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
        Ok((Request::from_parts(head, body.to_bytes().to_vec()), origin))
    }

    /// What `Host` says, if it is this machine or was named: a page whose name was bound to
    /// 127.0.0.1 says its own name.
    fn origin(&self, request: &Request<Incoming>) -> Option<Origin> {
        let host = request.headers().get(HOST)?.to_str().ok()?;
        let origin: Origin = format!("{}://{host}", self.scheme).parse().ok()?;
        let is_meant = origin.is_loopback() || self.names.iter().any(|name| name == host);
        is_meant.then_some(origin)
    }
}

/// Closes the connection before there is an answer.
#[derive(Debug)]
struct HungUp;

impl fmt::Display for HungUp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("hung up on demand")
    }
}

impl std::error::Error for HungUp {}

fn refusal(status: StatusCode) -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = status;
    response
}

/// The time of day.
pub(crate) fn now() -> UnixTime {
    // A clock before 1970 counts as 1970.
    UnixTime(
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |elapsed| elapsed.as_secs()),
    )
}

fn log(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// A megabyte holds any token request, client assertion included.
const LARGEST_REQUEST: usize = 1 << 20;
