//! HTTP/1.1 on the loopback port: tells what can be an answer from what cannot.
//!
//! Anybody on this machine, and any web page through its browser, can send something here. Strays are answered alike
//! whatever they know, and never end the sign-in.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{sleep, timeout};

use super::connections::{Connections, Mark};
use super::entrance::{Entrances, Visit};
use super::page;
use super::peer::Ends;
use super::redirect_uri::RedirectUri;
use super::stray::{Stray, Told, is_habit};
use crate::capability::bindings::entra_auth::core::sign_in::{Page, ResponseMode};

/// Request line and headers. Cookies of other local servers come along, up to 4 KiB each; codes have some 1,500 characters.
const LARGEST_HEAD: usize = 256 << 10;

/// Browsers send some twenty.
const MOST_HEADERS: usize = 200;

/// A code, a state and perhaps an id_token with hundreds of groups.
const LARGEST_BODY: usize = 64 << 10;

/// What is read of a larger one and thrown away, so that its sender gets to the answer.
const MOST_READ: usize = 4 << 20;

/// How long the head may take to arrive: the browser is on this machine.
const HEAD_LIMIT: Duration = Duration::from_secs(5);

/// How long the body may take.
const BODY_LIMIT: Duration = Duration::from_secs(5);

/// After a connection could not be accepted, as when there are no more file descriptors.
const PAUSE: Duration = Duration::from_millis(100);

/// How a TLS connection begins ([RFC 8446 section 5.1](https://www.rfc-editor.org/rfc/rfc8446#section-5.1)).
const TLS_HANDSHAKE: [u8; 1] = [22];

const FORM: &str = "application/x-www-form-urlencoded";

/// What the browser calls this server.
pub(super) struct Site {
    hosts: Vec<String>,
    path: String,
    connections: Connections,
    pub(super) entrances: Entrances,
    pub(super) told: Told,
}

impl Site {
    pub(super) fn new(uri: &RedirectUri, port: u16, most_connections: usize) -> Self {
        let names = ["localhost", "127.0.0.1", "[::1]", uri.host()];
        let mut hosts: Vec<_> = names.iter().map(|name| format!("{name}:{port}")).collect();
        if port == 80 {
            hosts.extend(names.map(str::to_owned));
        }
        Self {
            hosts,
            path: uri.path().to_owned(),
            connections: Connections::up_to(most_connections),
            entrances: Entrances::default(),
            told: Told::default(),
        }
    }

    /// Another name means a page that had its own name resolved to loopback (DNS rebinding).
    fn is_meant(&self, headers: &HeaderMap) -> bool {
        let host = only(headers, header::HOST).and_then(|host| host.to_str().ok());
        host.is_some_and(|host| {
            self.hosts
                .iter()
                .any(|ours| ours.eq_ignore_ascii_case(host))
        })
    }

    /// What to do about a request, by its head.
    fn judge<B>(&self, request: &Request<B>) -> Judgement {
        let headers = request.headers();
        let uri = request.uri();
        if !self.is_meant(headers) || uri.authority().is_some() {
            self.told.tell(Stray::Name);
            return Judgement::Stray(StatusCode::BAD_REQUEST);
        }
        if uri.path() != self.path {
            return self.judge_path(request.method(), uri.path());
        }
        match *request.method() {
            Method::GET => Judgement::Query,
            Method::POST if is_form(headers) => Judgement::Form,
            Method::POST => {
                self.told.tell(Stray::NoForm);
                Judgement::Stray(StatusCode::UNSUPPORTED_MEDIA_TYPE)
            }
            Method::OPTIONS => Judgement::Preflight,
            _ => Judgement::Stray(StatusCode::METHOD_NOT_ALLOWED),
        }
    }
}

impl Site {
    /// What to do about a request for another path than the answer's.
    fn judge_path(&self, method: &Method, path: &str) -> Judgement {
        let visit = match *method {
            Method::GET => self.entrances.visit(path),
            _ => Visit::Elsewhere,
        };
        match visit {
            Visit::First(url) => return Judgement::Entrance(url),
            Visit::Again => self.told.tell(Stray::Again),
            Visit::Elsewhere if is_habit(path) => {}
            Visit::Elsewhere => self.told.tell(Stray::Path),
        }
        Judgement::Stray(StatusCode::NOT_FOUND)
    }
}

enum Judgement {
    /// On to the sign-in page.
    Entrance(HeaderValue),
    Form,
    Preflight,
    Query,
    Stray(StatusCode),
}

/// A request that can be an answer, on its way to who waits.
pub(super) struct Arrival {
    pub(super) parameters: Vec<(String, String)>,
    pub(super) response_mode: ResponseMode,
    /// Takes the page; gone once it was given.
    pub(super) verdict: Option<oneshot::Sender<Page>>,
    /// Changes when the connection has ended.
    pub(super) ended: watch::Receiver<()>,
}

/// Serves all who come, until aborted. Connections that are open then go on to their end.
pub(super) async fn accept(
    listener: TcpListener,
    site: Arc<Site>,
    arrivals: mpsc::Sender<Arrival>,
) {
    loop {
        let Ok((socket, there)) = listener.accept().await else {
            sleep(PAUSE).await;
            continue;
        };
        let Ok(here) = socket.local_addr() else {
            continue;
        };
        let place = site.connections.place().await;
        let mark = place.mark();
        let visitor = Visitor {
            ends: Ends { here, there },
            mark: mark.clone(),
        };
        let (site, arrivals) = (Arc::clone(&site), arrivals.clone());
        let task = tokio::spawn(async move {
            serve(socket, visitor, &site, arrivals).await;
            drop(place);
        });
        mark.is_served_by(task.abort_handle());
    }
}

/// Who is at the other end.
struct Visitor {
    ends: Ends,
    mark: Mark,
}

/// One request, one response.
async fn serve(socket: TcpStream, visitor: Visitor, site: &Site, arrivals: mpsc::Sender<Arrival>) {
    let mut first = [0];
    match timeout(HEAD_LIMIT, socket.peek(&mut first)).await {
        Ok(Ok(1..)) if first == TLS_HANDSHAKE => return site.told.tell(Stray::Encrypted),
        Ok(Ok(1..)) => {}
        // It says nothing, or has gone.
        Ok(_) | Err(_) => return,
    }
    let (alive, ended) = watch::channel(());
    let visitor = &visitor;
    let service = service_fn(|request| {
        let (arrivals, ended) = (arrivals.clone(), ended.clone());
        async move { Ok::<_, Infallible>(respond(request, visitor, site, arrivals, ended).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_LIMIT)
        .max_buf_size(LARGEST_HEAD)
        .max_headers(MOST_HEADERS)
        .keep_alive(false)
        .serve_connection(TokioIo::new(socket), service);
    // Whoever breaks off or speaks no HTTP gets nothing and changes nothing.
    if connection
        .await
        .is_err_and(|error| error.is_parse_too_large())
    {
        site.told.tell(Stray::LargeHead);
    }
    drop(alive);
}

async fn respond(
    request: Request<Incoming>,
    visitor: &Visitor,
    site: &Site,
    arrivals: mpsc::Sender<Arrival>,
    ended: watch::Receiver<()>,
) -> Response<Full<Bytes>> {
    let judgement = site.judge(&request);
    let is_told_something = matches!(judgement, Judgement::Entrance(_));
    let is_listened_to = matches!(judgement, Judgement::Form | Judgement::Query);
    if (is_told_something || is_listened_to) && visitor.ends.is_of_another_user() {
        site.told.tell(Stray::OtherUser);
        return stray(StatusCode::FORBIDDEN);
    }
    let (text, response_mode) = match judgement {
        Judgement::Entrance(url) => return page::onward(url),
        Judgement::Stray(status) => return stray(status),
        Judgement::Preflight => return preflight(request.headers()),
        Judgement::Query => {
            let query = request.uri().query().unwrap_or_default();
            (
                Bytes::copy_from_slice(query.as_bytes()),
                ResponseMode::Query,
            )
        }
        Judgement::Form => match timeout(BODY_LIMIT, body(request.into_body())).await {
            Ok(Ok(body)) => (body, ResponseMode::FormPost),
            Ok(Err(status)) => return stray(status),
            Err(_) => return stray(StatusCode::REQUEST_TIMEOUT),
        },
    };
    visitor.mark.has_request();
    let (verdict, page) = oneshot::channel();
    let arrival = Arrival {
        parameters: form_urlencoded::parse(&text).into_owned().collect(),
        response_mode,
        verdict: Some(verdict),
        ended,
    };
    // Nobody waits for an answer any more: another one was accepted, or the time is over.
    let page = match arrivals.send(arrival).await {
        Ok(()) => page.await.unwrap_or(Page::Ignored),
        Err(_) => Page::Ignored,
    };
    page::response(&page)
}

async fn body(mut incoming: Incoming) -> Result<Bytes, StatusCode> {
    let mut body = Vec::new();
    let mut read = 0;
    while let Some(frame) = incoming.frame().await {
        let Ok(data) = frame.map_err(|_| StatusCode::BAD_REQUEST)?.into_data() else {
            continue;
        };
        read += data.len();
        if read > MOST_READ {
            break;
        }
        if read <= LARGEST_BODY {
            body.extend_from_slice(&data);
        }
    }
    if read > LARGEST_BODY {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    Ok(body.into())
}

fn is_form(headers: &HeaderMap) -> bool {
    let media_type = only(headers, header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next());
    media_type.is_some_and(|media_type| media_type.trim().eq_ignore_ascii_case(FORM))
        && !headers.contains_key(header::CONTENT_ENCODING)
}

/// The value of a header that is there once.
fn only(headers: &HeaderMap, name: HeaderName) -> Option<&HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}

fn stray(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = page::plain(status);
    if status == StatusCode::METHOD_NOT_ALLOWED {
        let methods = HeaderValue::from_static("GET, POST");
        response.headers_mut().insert(header::ALLOW, methods);
    }
    response
}

/// A page on the internet may post its form to this machine. That says nothing yet about what is posted, so every origin
/// is permitted; none may read the response, which permits nobody.
///
/// [Private Network Access](https://wicg.github.io/private-network-access/#cors-preflight).
fn preflight(headers: &HeaderMap) -> Response<Full<Bytes>> {
    const PRIVATE_NETWORK: HeaderName =
        HeaderName::from_static("access-control-allow-private-network");
    let asks = headers.contains_key("access-control-request-private-network");
    let Some(origin) = only(headers, header::ORIGIN).filter(|_| asks) else {
        return stray(StatusCode::METHOD_NOT_ALLOWED);
    };
    let mut response = page::plain(StatusCode::NO_CONTENT);
    let allow = response.headers_mut();
    allow.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    allow.insert(
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, POST"),
    );
    allow.insert(PRIVATE_NETWORK, HeaderValue::from_static("true"));
    response
}
