//! The tenant's front door.

use http::{HeaderValue, Method, Request, Response, StatusCode, header::ALLOW};

use crate::{
    authority::Authority, clock::UnixTime, controls::Controls, exchange::Exchange,
    instance_discovery, key_set::key_set, metadata, origin::Origin, registration::Tenant,
    route::Route, token_endpoint,
};

/// A tenant that answers requests.
#[derive(Debug)]
pub struct Emulator {
    tenant: Tenant,
    controls: Option<Controls>,
}

impl Emulator {
    /// An emulator of this tenant.
    pub fn new(tenant: Tenant) -> Self {
        Self {
            tenant,
            controls: None,
        }
    }

    /// An emulator that tests can also steer and question. It keeps what it receives, secrets
    /// included.
    ///
    /// | request | effect |
    /// |---|---|
    /// | `POST /__emulator/faults` | queues a fault, or a list of them, each for one request |
    /// | `GET /__emulator/requests` | the requests received, oldest first |
    /// | `DELETE /__emulator/requests` | forgets them |
    /// | `POST /__emulator/clock` with `{"advance": seconds}` | moves the clock, also backwards |
    /// | `GET /__emulator/clock` | `{"now": seconds}` since the Unix epoch |
    /// | `DELETE /__emulator` | forgets requests and faults and resets the clock |
    ///
    /// A received request has the members `time`, `method`, `path`, `query`, `headers` (pairs),
    /// `form` (decoded pairs, or `null` for another kind of body) and `body`.
    ///
    /// A fault is JSON with any of these members:
    ///
    /// | member | effect on the answer |
    /// |---|---|
    /// | `endpoint` | whose answer: `token` (if absent), `metadata`, `keys`, `instance` |
    /// | `status` | this status; from 400 on with a fitting error body |
    /// | `error`, `code` | an error body with these, under `status` even if that is 200 |
    /// | `retry_after` | this text in `Retry-After` |
    /// | `set`, `omit` | members of the JSON body to replace or add, and to leave out |
    /// | `body` | `html`, `truncated`, `huge` (10 MB of valid JSON) or `empty` instead |
    /// | `redirect` | `Location` with this text, status 307, no body |
    /// | `delay_ms` | comes later |
    /// | `close` | the connection closes in the middle of the body |
    pub fn with_controls(tenant: Tenant) -> Self {
        Self {
            tenant,
            controls: Some(Controls::default()),
        }
    }

    /// Answers one request that reached `origin` at `now`. Only the request's path and query are
    /// looked at, so its URI may be absolute or not. A [`Delivery`](crate::Delivery) in the
    /// answer's extensions asks for delay or damage.
    pub fn respond(
        &self,
        request: &Request<Vec<u8>>,
        origin: &Origin,
        now: UnixTime,
    ) -> Response<Vec<u8>> {
        let Some(controls) = &self.controls else {
            return self.answer(request, &Exchange::new(request, origin, now));
        };
        if let Some(answer) = controls.answer(request, now) {
            return answer;
        }
        let exchange = Exchange::new(request, origin, controls.record(request, now));
        let genuine = self.answer(request, &exchange);
        match Route::from_path(request.uri().path())
            .endpoint()
            .and_then(|endpoint| controls.next_fault(endpoint))
        {
            Some(fault) => fault.apply(genuine, &exchange),
            None => genuine,
        }
    }

    fn answer(&self, request: &Request<Vec<u8>>, exchange: &Exchange<'_>) -> Response<Vec<u8>> {
        let uri = request.uri();
        match Route::from_path(uri.path()) {
            Route::Nothing => exchange.empty(StatusCode::NOT_FOUND),
            Route::Token(segment) => exchange.issued(token_endpoint::answer(
                segment,
                &self.tenant,
                request,
                exchange,
            )),
            _ if !is_read(request.method()) => method_not_allowed(exchange),
            Route::InstanceDiscovery => {
                exchange.published(instance_discovery::answer(uri, exchange))
            }
            Route::Keys(segment, version) => {
                let authority = Authority::from_segment(segment, &self.tenant);
                exchange.published(
                    authority.and_then(|authority| key_set(authority, version, exchange.origin)),
                )
            }
            Route::Metadata(segment, version) => {
                let authority = Authority::from_segment(segment, &self.tenant);
                let document = |authority| metadata::document(authority, version, exchange.origin);
                exchange.published(authority.map(document))
            }
        }
    }
}

fn is_read(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// RFC 9110 section 15.5.6: the answer names the methods that would do.
fn method_not_allowed(exchange: &Exchange<'_>) -> Response<Vec<u8>> {
    let mut response = exchange.empty(StatusCode::METHOD_NOT_ALLOWED);
    response
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
    response
}
