//! One connection: HTTP/1.1 or HTTP/2, with TLS where there is a certificate.

use std::sync::Arc;
use std::time::Duration;

use http::uri::Scheme;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::door::{Door, Line};
use super::tls::HTTP2;
use crate::capability::peer::Place;
use crate::system::interrupt;

/// How long a handshake may take.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);

/// How long a head may take to arrive, and a connection may be idle. Longer than load balancers' checks, shorter than an attacker's
/// patience.
const HEAD_LIMIT: Duration = Duration::from_secs(30);

/// Request line and headers, as the component takes them.
const LARGEST_HEAD: usize = 64 << 10;

/// Requests of one HTTP/2 connection at once ([RFC 9113 section 6.5.2](https://www.rfc-editor.org/rfc/rfc9113#section-6.5.2) recommends no fewer).
const MOST_STREAMS: u32 = 100;

/// Serves it until its client or the proxy has had enough. Failures are the client's to notice.
pub(super) async fn serve(
    stream: TcpStream,
    place: Place,
    acceptor: Option<TlsAcceptor>,
    door: Arc<Door>,
    stop: watch::Receiver<bool>,
) {
    let Some(acceptor) = acceptor else {
        let line = Line::new(Scheme::HTTP, place);
        return serve_http1(stream, line, door, stop).await;
    };
    let Ok(Ok(stream)) = timeout(HANDSHAKE_LIMIT, acceptor.accept(stream)).await else {
        return;
    };
    let line = Line::new(Scheme::HTTPS, place);
    match stream.get_ref().1.alpn_protocol() {
        Some(HTTP2) => serve_http2(stream, line, door, stop).await,
        _ => serve_http1(stream, line, door, stop).await,
    }
}

async fn serve_http1(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    line: Line,
    door: Arc<Door>,
    stop: watch::Receiver<bool>,
) {
    let service = service_fn(move |request| Arc::clone(&door).answer(request, line.clone()));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_LIMIT)
        .max_buf_size(LARGEST_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => {}
        () = interrupt::until(stop) => {
            connection.as_mut().graceful_shutdown();
            drop(connection.await);
        }
    }
}

async fn serve_http2(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    line: Line,
    door: Arc<Door>,
    stop: watch::Receiver<bool>,
) {
    let service = service_fn(move |request| Arc::clone(&door).answer(request, line.clone()));
    let connection = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .keep_alive_interval(Some(HEAD_LIMIT))
        .max_concurrent_streams(MOST_STREAMS)
        .max_header_list_size(u32::try_from(LARGEST_HEAD).unwrap_or(u32::MAX))
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => {}
        () = interrupt::until(stop) => {
            connection.as_mut().graceful_shutdown();
            drop(connection.await);
        }
    }
}
