//! `wasi:http`: how requests go. Where they may go is the gate's business.

mod cause;
mod connection;
mod connector;
mod demo;
mod proxy;
mod remedy;
mod setting;
mod trust;

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::USER_AGENT;
use http::uri::Authority;
use http::{HeaderValue, Uri};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::{Client, Error as ClientError};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use wasmtime_wasi_http::{Error, RequestOptions, WasiHttpHooks};

pub(crate) use self::cause::Cause;
use self::cause::find;
use self::connector::Connector;
use self::proxy::Proxies;
use self::trust::Trust;
use crate::capability::bindings::entra_auth::core::errors::Fault;

/// Longer than the pauses of a device code, shorter than a server keeps an idle connection.
const IDLE_LIMIT: Duration = Duration::from_secs(20);

type Body = UnsyncBoxBody<Bytes, Error>;
type Answer = Result<http::Response<Body>, Error>;
type Progress<T> = Box<dyn Future<Output = T> + Send>;

/// The way out of the sandbox.
#[derive(Clone)]
pub(crate) struct Network {
    client: Client<Connector, Body>,
    proxies: Arc<Proxies>,
    last: Arc<Mutex<Option<Cause>>>,
}

impl Network {
    /// As the environment of this process says.
    pub(crate) fn from_environment() -> Self {
        Self::from_variables(|name| std::env::var_os(name), std::env::home_dir())
    }

    fn from_variables(find: impl Fn(&str) -> Option<OsString>, home: Option<PathBuf>) -> Self {
        let proxies = Arc::new(Proxies::from_variables(&find));
        let trust = Arc::new(Trust::from_variables(&find, home.as_deref()));
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE_LIMIT)
            .pool_timer(TokioTimer::new())
            .build(Connector::new(Arc::clone(&proxies), trust));
        Self {
            client,
            proxies,
            last: Arc::default(),
        }
    }

    /// The same connections, for somebody who asks for reasons of their own.
    pub(crate) fn apart(&self) -> Self {
        Self {
            last: Arc::default(),
            ..self.clone()
        }
    }

    /// Redirects are not followed: one would carry the secret to a place that nobody permitted.
    async fn send(self, mut request: http::Request<Body>) -> Answer {
        if demo::is_meant(request.uri()) {
            let (head, body) = request.into_parts();
            let body = body.collect().await?.to_bytes();
            let request = http::Request::from_parts(head, body);
            let response = demo::answer(&request).ok_or(Error::HttpRequestUriInvalid)?;
            return Ok(response.map(whole));
        }
        const NAME: &str = concat!("entra-auth-cli/", env!("CARGO_PKG_VERSION"));
        request
            .headers_mut()
            .entry(USER_AGENT)
            .or_insert(HeaderValue::from_static(NAME));
        let uri = request.uri().clone();
        drop(self.last_cause());
        match self.client.request(request).await {
            Ok(response) => Ok(response.map(|body| {
                body.map_err(move |error| self.failed(broken_off(&error, &uri)))
                    .boxed_unsync()
            })),
            Err(error) => Err(self.failed(cause_of(&error, &uri))),
        }
    }

    /// What a request to `host` goes through, in words.
    pub(crate) fn way(&self, host: &str) -> Result<Option<String>, Cause> {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        Ok(self.proxies.between(host)?.map(ToString::to_string))
    }

    /// Why the last request got no answer. Told once.
    pub(crate) fn last_cause(&self) -> Option<Cause> {
        self.last
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    /// Keeps the cause for whoever asks next.
    fn failed(&self, cause: Cause) -> Error {
        let code = cause.code();
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(cause);
        code
    }
}

impl WasiHttpHooks for Network {
    fn send_request(
        &mut self,
        request: http::Request<Body>,
        options: Option<RequestOptions>,
        _transmitted: Progress<Result<(), Error>>,
    ) -> Progress<Result<(http::Response<Body>, Progress<Result<(), Error>>), Error>> {
        let network = self.clone();
        Box::new(async move {
            let limit = options.and_then(|options| options.first_byte_timeout);
            let response = match limit {
                Some(limit) => tokio::time::timeout(limit, network.send(request))
                    .await
                    .map_err(|_| Error::ConnectionReadTimeout)??,
                None => network.send(request).await?,
            };
            let finished: Progress<Result<(), Error>> = Box::new(async { Ok(()) });
            Ok((response, finished))
        })
    }
}

fn whole(body: Bytes) -> Body {
    Full::new(body)
        .map_err(|never| match never {})
        .boxed_unsync()
}

/// Why no response began.
fn cause_of(error: &ClientError, uri: &Uri) -> Cause {
    if let Some(cause) = Cause::within(error) {
        return cause;
    }
    match find(error, |inner| {
        inner
            .downcast_ref::<hyper::Error>()
            .map(|error| broken_off(error, uri))
    }) {
        Some(cause) => cause,
        None => Cause::new(
            Fault::Other,
            format!(
                "the request to `{}` could not be sent: {}",
                authority(uri),
                cause::printable(&error.to_string())
            ),
            "this is a defect if it stays so",
        ),
    }
}

/// Why a response broke off, or never began although there was a connection.
fn broken_off(error: &hyper::Error, uri: &Uri) -> Cause {
    let host = authority(uri);
    if let Some(cause) = trust::refused(error, &format!("`{host}`")) {
        return cause;
    }
    if error.is_parse() || error.is_parse_too_large() {
        return Cause::new(
            Fault::Other,
            format!("what answers at `{host}` does not speak HTTP/1.1"),
            "check the authority, and the proxy if there is one",
        );
    }
    let why = find(error, |inner| {
        let error = inner.downcast_ref::<io::Error>()?;
        Some(cause::of_io(error, IDLE_LIMIT))
    });
    Cause::broken_off(
        format!(
            "the connection to `{host}` broke off: {}",
            why.as_deref()
                .unwrap_or("the connection was closed before the answer was complete")
        ),
        remedy::broken_off(connection::host(uri).unwrap_or_default()),
    )
}

fn authority(uri: &Uri) -> &str {
    uri.authority().map_or("", Authority::as_str)
}
