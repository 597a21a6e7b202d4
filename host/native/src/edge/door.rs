//! The door: what can be read as one request gets an instance, as long as there is room, and everything is told afterwards.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HOST, TRANSFER_ENCODING};
use http::uri::Scheme;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::timeout;
use wasmtime_wasi_http::p2::bindings::http::types;
use wasmtime_wasi_http::{Error, WasiHttpView};

use super::instances::Instances;
use super::request_log::{Asked, RequestLog};
use crate::capability::access_log::{AccessLog, Entry};
use crate::capability::bindings::entra_auth::core::proxy_plan;
use crate::capability::peer::Place;

/// How long a request may wait for room.
const PATIENCE: Duration = Duration::from_secs(10);

type Body = UnsyncBoxBody<Bytes, Error>;

/// What is known of the connection that a request came on.
#[derive(Clone)]
pub(super) struct Line {
    scheme: Scheme,
    place: Place,
}

impl Line {
    pub(super) const fn new(scheme: Scheme, place: Place) -> Self {
        Self { scheme, place }
    }
}

/// What all connections share.
pub(super) struct Door {
    instances: Arc<Instances>,
    room: Arc<Semaphore>,
    log: RequestLog,
}

impl Door {
    pub(super) fn new(instances: Instances, listener: &proxy_plan::Listener) -> Self {
        Self {
            instances: Arc::new(instances),
            room: Arc::new(Semaphore::new(listener.requests as usize)),
            log: RequestLog::new(listener.told),
        }
    }

    /// The answer to a request.
    pub(super) async fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
        line: Line,
    ) -> Result<Response<Body>, Infallible> {
        let asked = Asked::of(&request);
        let noted = AccessLog::default();
        let answered = match refused(&request) {
            Some(refusal) => Err(refusal),
            None => self.passed_in(request, line, &noted).await,
        };
        let (response, entry) = match answered {
            Ok(response) => (response, noted.take()),
            Err(refusal) => (refusal.response(), Some(refusal.entry())),
        };
        self.log.tell(&asked, response.status().as_u16(), entry);
        Ok(response)
    }

    async fn passed_in(
        &self,
        request: Request<Incoming>,
        line: Line,
        noted: &AccessLog,
    ) -> Result<Response<Body>, Refusal> {
        let room = timeout(PATIENCE, Arc::clone(&self.room).acquire_owned()).await;
        let Ok(Ok(room)) = room else {
            return Err(Refusal::BUSY);
        };
        let (sender, receiver) = oneshot::channel();
        let call = Call {
            instances: Arc::clone(&self.instances),
            request,
            line,
            noted: noted.clone(),
            sender,
            room,
        };
        tokio::spawn(call.run());
        match receiver.await {
            Ok(Ok(response)) => Ok(response),
            // Nothing was answered: a fault of the proxy itself.
            Ok(Err(_)) | Err(_) => Err(Refusal::BROKEN),
        }
    }
}

/// One request in an instance, which goes on after the answer has begun.
struct Call {
    instances: Arc<Instances>,
    request: Request<Incoming>,
    line: Line,
    noted: AccessLog,
    sender: oneshot::Sender<Result<Response<Body>, types::ErrorCode>>,
    room: OwnedSemaphorePermit,
}

impl Call {
    async fn run(self) {
        let instances = Arc::clone(&self.instances);
        // Where it fails, the caller's end of the channel is dropped, and tells.
        drop(self.in_instance(&instances).await);
    }

    async fn in_instance(self, instances: &Instances) -> wasmtime::Result<()> {
        let mut instance = instances.take().await?;
        let store = &mut instance.store;
        store.data_mut().access_log = self.noted;
        store.data_mut().peer = self.line.place;
        let scheme = match self.line.scheme == Scheme::HTTPS {
            true => types::Scheme::Https,
            false => types::Scheme::Http,
        };
        let mut http = store.data_mut().http();
        let request = http.new_incoming_request(scheme, self.request)?;
        let out = http.new_response_outparam(self.sender)?;
        let handler = instance.proxy.wasi_http_incoming_handler();
        handler.call_handle(store, request, out).await?;
        instances.give_back(instance);
        drop(self.room);
        Ok(())
    }
}

/// What is answered without an instance.
struct Refusal {
    status: StatusCode,
    rule: &'static str,
    message: &'static str,
}

impl Refusal {
    const BUSY: Self = Self {
        status: StatusCode::SERVICE_UNAVAILABLE,
        rule: "busy",
        message: "there are too many requests at once",
    };

    const BROKEN: Self = Self {
        status: StatusCode::INTERNAL_SERVER_ERROR,
        rule: "proxy",
        message: "the proxy failed",
    };

    fn response(&self) -> Response<Body> {
        let body = json!({
            "error": "invalid_request",
            "error_description": self.message,
            "rule": self.rule,
        });
        let body = Full::new(Bytes::from(body.to_string()));
        let mut response = Response::new(body.map_err(|never| match never {}).boxed_unsync());
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }

    fn entry(&self) -> Entry {
        Entry {
            route: None,
            status: self.status.as_u16(),
            rule: Some(self.rule.to_owned()),
            caller: None,
        }
    }
}

/// What can be read as another request than this one, by somebody behind. Engines let it through, so it is asked here.
fn refused<B>(request: &Request<B>) -> Option<Refusal> {
    let headers = request.headers();
    let bad = |rule, message| Refusal {
        status: StatusCode::BAD_REQUEST,
        rule,
        message,
    };
    if headers.contains_key(CONTENT_LENGTH) && headers.contains_key(TRANSFER_ENCODING) {
        return Some(bad(
            "framing",
            "the length of the body is given in two ways",
        ));
    }
    let mut hosts = headers.get_all(HOST).iter().map(HeaderValue::as_bytes);
    let named = request
        .uri()
        .authority()
        .map(|authority| authority.as_str().as_bytes());
    let host = named.or_else(|| hosts.next());
    let is_one = host.is_some_and(|host| hosts.all(|other| other.eq_ignore_ascii_case(host)));
    let is_one = is_one && headers.get_all(HOST).iter().count() <= 1;
    (!is_one).then(|| bad("host", "the request names no host, or several"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An address, headers, and the rule that refuses them.
    type Row = (
        &'static str,
        &'static [(&'static str, &'static str)],
        Option<&'static str>,
    );

    #[test]
    fn what_can_be_read_in_two_ways_does_not_get_in() {
        let rows: [Row; 9] = [
            ("/", &[("host", "a")], None),
            ("/", &[], Some("host")),
            ("/", &[("host", "a"), ("host", "a")], Some("host")),
            ("/", &[("host", "a"), ("host", "b")], Some("host")),
            ("http://a/", &[("host", "A")], None),
            ("http://a/", &[], None),
            ("http://a/", &[("host", "b")], Some("host")),
            ("/", &[("host", "a"), ("content-length", "1")], None),
            (
                "/",
                &[
                    ("host", "a"),
                    ("content-length", "1"),
                    ("transfer-encoding", "chunked"),
                ],
                Some("framing"),
            ),
        ];
        for (uri, headers, expected) in rows {
            let builder = headers
                .iter()
                .fold(Request::builder().uri(uri), |builder, (name, value)| {
                    builder.header(*name, *value)
                });
            let refusal = refused(&builder.body(()).unwrap());
            let rule = refusal.map(|refusal| refusal.rule);
            assert_eq!(rule, expected, "{uri} {headers:?}");
        }
    }
}
