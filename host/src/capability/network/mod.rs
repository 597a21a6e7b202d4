//! `wasi:http`: how requests go. Where they may go is the gate's business.

mod demo;

use std::error::Error as _;
use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use http_body_util::combinators::UnsyncBoxBody;
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client};
use wasmtime_wasi_http::{Error, RequestOptions, WasiHttpHooks};

/// A file with further certificate authorities to trust (PEM), as behind a proxy that inspects TLS.
const CA_FILE: &str = "ENTRA_AUTH_CLI_CA_FILE";

/// How long a connection may take to come up when the guest does not say: well above a slow TLS handshake, well below
/// the patience of a person.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

type Body = UnsyncBoxBody<Bytes, Error>;
type Answer = Result<http::Response<Body>, Error>;
type Progress<T> = Box<dyn Future<Output = T> + Send>;

/// The way out of the sandbox.
#[derive(Default)]
pub(crate) struct Network;

impl WasiHttpHooks for Network {
    fn send_request(
        &mut self,
        request: http::Request<Body>,
        options: Option<RequestOptions>,
        _transmitted: Progress<Result<(), Error>>,
    ) -> Progress<Result<(http::Response<Body>, Progress<Result<(), Error>>), Error>> {
        Box::new(async move {
            let limit = options.and_then(|options| options.first_byte_timeout);
            let response = match limit {
                Some(limit) => tokio::time::timeout(limit, send(request))
                    .await
                    .map_err(|_| Error::ConnectionReadTimeout)??,
                None => send(request).await?,
            };
            let finished: Progress<Result<(), Error>> = Box::new(async { Ok(()) });
            Ok((response, finished))
        })
    }
}

async fn send(request: http::Request<Body>) -> Answer {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let request = http::Request::from_parts(head, body);
    if demo::is_meant(request.uri()) {
        let response = demo::answer(&request).ok_or(Error::HttpRequestUriInvalid)?;
        return Ok(response.map(whole));
    }
    let client = client_for(request.uri())?;
    let request = reqwest::Request::try_from(request).map_err(|_| Error::HttpRequestUriInvalid)?;
    let response = client
        .execute(request)
        .await
        .map_err(|error| cause(&error))?;
    Ok(http::Response::from(response)
        .map(|body| body.map_err(|error| cause(&error)).boxed_unsync()))
}

fn whole(body: Bytes) -> Body {
    http_body_util::Full::new(body)
        .map_err(|never| match never {})
        .boxed_unsync()
}

/// The client for an address. Loopback never goes through a proxy, and plain http needs no certificates, the reading of
/// which costs more than the request.
fn client_for(uri: &http::Uri) -> Result<&'static Client, Error> {
    static TLS: OnceLock<Client> = OnceLock::new();
    static LOOPBACK: OnceLock<Client> = OnceLock::new();
    let (slot, build): (_, fn() -> Result<Client, Error>) =
        if uri.scheme() == Some(&http::uri::Scheme::HTTP) {
            (&LOOPBACK, || {
                built(Client::builder().no_proxy().tls_certs_only([]))
            })
        } else {
            (&TLS, || {
                built(Client::builder().tls_certs_merge(extra_authorities()?))
            })
        };
    if let Some(client) = slot.get() {
        return Ok(client);
    }
    let client = build()?;
    Ok(slot.get_or_init(|| client))
}

fn built(builder: reqwest::ClientBuilder) -> Result<Client, Error> {
    // A second call finds the provider installed, which is what was wanted.
    drop(rustls::crypto::ring::default_provider().install_default());
    builder
        // A redirect would carry the secret to a place that nobody permitted.
        .redirect(Policy::none())
        .connect_timeout(CONNECT_LIMIT)
        .user_agent(concat!("entra-auth-cli/", env!("CARGO_PKG_VERSION")))
        .http1_only()
        .build()
        .map_err(|error| {
            Error::InternalError(Some(format!(
                "cannot prepare the network: {}",
                innermost(&error)
            )))
        })
}

fn extra_authorities() -> Result<Vec<Certificate>, Error> {
    let Some(path) = std::env::var_os(CA_FILE) else {
        return Ok(Vec::new());
    };
    let unusable = |why: String| {
        Error::InternalError(Some(format!(
            "`{CA_FILE}` names `{}`, {why}",
            path.display()
        )))
    };
    let pem =
        std::fs::read(&path).map_err(|error| unusable(format!("which cannot be read: {error}")))?;
    let authorities =
        Certificate::from_pem_bundle(&pem).map_err(|_| unusable("which is no PEM file".into()))?;
    if authorities.is_empty() {
        return Err(unusable("which holds no certificate".into()));
    }
    Ok(authorities)
}

/// Sorts a failure by what the user can do about it.
fn cause(error: &reqwest::Error) -> Error {
    if error.is_timeout() && error.is_connect() {
        return Error::ConnectionTimeout;
    }
    if error.is_timeout() {
        return Error::ConnectionReadTimeout;
    }
    let mut next = error.source();
    while let Some(source) = next {
        if let Some(tls) = tls_error(source) {
            return match tls {
                rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented => {
                    Error::TlsCertificateError
                }
                _ => Error::TlsProtocolError,
            };
        }
        next = source.source();
    }
    if error.is_connect() {
        return if innermost(error).contains("lookup") {
            Error::DnsError {
                rcode: None,
                info_code: None,
            }
        } else {
            Error::ConnectionRefused
        };
    }
    if error.is_body() || error.is_decode() {
        return Error::HttpResponseIncomplete;
    }
    Error::HttpProtocolError
}

/// rustls reports through [`std::io::Error`], wrapped more than once, whose `source` skips the error it wraps.
fn tls_error<'a>(source: &'a (dyn std::error::Error + 'static)) -> Option<&'a rustls::Error> {
    let mut inner = source;
    loop {
        if let Some(error) = inner.downcast_ref::<rustls::Error>() {
            return Some(error);
        }
        inner = inner.downcast_ref::<std::io::Error>()?.get_ref()?;
    }
}

fn innermost(error: &dyn std::error::Error) -> String {
    let mut last = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        last = source.to_string();
        next = source.source();
    }
    last
}
