//! HTTP/1.1 at one address. Requests go on to the guest one after the other.

use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::sync::mpsc::Sender;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::sleep;

use super::{Answer, Fault, Happening, Request, failure};
use crate::capability::bindings::entra_auth::core::errors::Failure;

/// Programs of one machine: so many have a connection at once, and the next ones wait.
const MOST_CONNECTIONS: usize = 64;

/// How long a head may take to arrive, and a connection may be idle: who asks is near.
const HEAD_LIMIT: Duration = Duration::from_secs(10);

/// Request line and headers; a request for a token has some 300 bytes.
const LARGEST_HEAD: usize = 16 << 10;

/// After a connection could not be accepted, as when there are no more file descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// Takes the address, and serves it on a thread of its own as long as the process lives.
pub(super) fn start(address: &str, happens: Sender<Happening>) -> Result<SocketAddr, Failure> {
    let taken = |error: io::Error| cannot_listen(address, &error);
    let wanted: SocketAddr = address.parse().map_err(|_| {
        failure(
            Fault::Other,
            format!("`{address}` is no IP address with a port"),
            "write it as `127.0.0.1:8401`; port 0 is any that is free",
        )
    })?;
    let socket = TcpListener::bind(wanted).map_err(taken)?;
    socket.set_nonblocking(true).map_err(taken)?;
    let address = socket.local_addr().map_err(taken)?;
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(taken)?;
    let serve = move || drop(runtime.block_on(accept(socket, happens)));
    let thread = thread::Builder::new().name("endpoint".to_owned());
    thread.spawn(serve).map_err(taken)?;
    Ok(address)
}

async fn accept(socket: TcpListener, happens: Sender<Happening>) -> io::Result<()> {
    let socket = tokio::net::TcpListener::from_std(socket)?;
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        match socket.accept().await {
            Ok((stream, _)) => {
                let happens = happens.clone();
                tokio::spawn(async move {
                    serve(stream, happens).await;
                    drop(place);
                });
            }
            Err(_) => sleep(PAUSE).await,
        }
    }
    Ok(())
}

/// Serves one connection until its client has had enough. Failures are the client's to notice.
async fn serve(stream: TcpStream, happens: Sender<Happening>) {
    // An answer in two small writes would wait for the client's acknowledgement of the first.
    drop(stream.set_nodelay(true));
    let service = service_fn(move |request| answer(request, happens.clone()));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_LIMIT)
        .max_buf_size(LARGEST_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    drop(connection.await);
}

async fn answer(
    request: http::Request<Incoming>,
    happens: Sender<Happening>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (sender, receiver) = oneshot::channel();
    let asked = Happening::Asked(head(&request), sender);
    let answer = match happens.send(asked).await {
        Ok(()) => receiver.await.ok(),
        Err(_) => None,
    };
    Ok(response(answer.unwrap_or_else(|| Answer {
        status: StatusCode::INTERNAL_SERVER_ERROR.as_u16(),
        body: "{}".to_owned(),
    })))
}

fn head<B>(request: &http::Request<B>) -> Request {
    Request {
        method: request.method().to_string(),
        target: request.uri().to_string(),
        headers: texts(request.headers()),
    }
}

/// What is no text is not what anybody looks for.
fn texts(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let pairs = headers.iter();
    pairs
        .map(|(name, value)| (name.as_str().to_owned(), text(value)))
        .collect()
}

fn response(answer: Answer) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(answer.body)));
    let status = StatusCode::from_u16(answer.status);
    *response.status_mut() = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn cannot_listen(address: &str, error: &io::Error) -> Failure {
    let (what, hint) = match error.kind() {
        io::ErrorKind::AddrInUse => (
            "another process has it".to_owned(),
            "end that one, or choose another port",
        ),
        io::ErrorKind::PermissionDenied => {
            ("this user may not".to_owned(), "choose a port from 1024 on")
        }
        _ => (
            error.to_string().to_lowercase(),
            "choose an address of this machine",
        ),
    };
    failure(
        Fault::Conflict,
        format!("cannot listen at `{address}`: {what}"),
        hint,
    )
}
