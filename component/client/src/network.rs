//! One HTTP exchange over `wasi:http`.

use std::time::Duration;

use http::{HeaderValue, Request, Response, StatusCode};
use protocol::exchange::answer::READ_HEADERS;
use protocol::exchange::retry::Silence;
use zeroize::Zeroizing;

use crate::bindings::entra_auth::core::errors::{Capability, Failure, Fault};
use crate::bindings::entra_auth::core::{progress, transport};
use crate::bindings::wasi::http::outgoing_handler;
use crate::bindings::wasi::http::types::{
    ErrorCode, Fields, IncomingBody, IncomingResponse, Method, OutgoingBody, OutgoingRequest,
    RequestOptions, Scheme, http_error_code,
};
use crate::bindings::wasi::io::streams::{InputStream, OutputStream, StreamError};
use crate::clock::{Deadline, Stopwatch};
use crate::error::seconds;

/// `blocking-write-and-flush` takes no more at once (`wasi:io/streams`).
const WRITE_SIZE: usize = 4096;

/// How much to ask for at once: token responses are a few kilobytes.
const READ_SIZE: u64 = 16 * 1024;

/// A request of ours; its body clears itself.
pub(crate) type Outgoing = Request<Zeroizing<Vec<u8>>>;

/// An answer; its body clears itself.
pub(crate) type Incoming = Response<Zeroizing<Vec<u8>>>;

/// Sends `request`, for the `attempt`th time, and reads the response, of its body at most `limit` bytes and one more, so that whoever reads it can
/// tell that there was too much.
pub(crate) fn exchange(
    request: &Outgoing,
    limit: usize,
    deadline: &Deadline,
    attempt: u32,
) -> Result<Incoming, Lost> {
    let host = request
        .uri()
        .authority()
        .map_or_else(String::new, ToString::to_string);
    let started = Stopwatch::start();
    let outcome = send(request, limit, deadline, &host).map_err(|interruption| Lost {
        silence: match leads_nowhere(&host) {
            true => Silence::Lasting,
            false => interruption.silence(),
        },
        failure: interruption.at(&host, deadline),
    });
    let told = told(request, &outcome, attempt, started.elapsed());
    drop(progress::step(&told));
    outcome
}

/// A request without an answer.
pub(crate) struct Lost {
    /// What that says about another attempt.
    pub(crate) silence: Silence,
    pub(crate) failure: Failure,
}

/// A request and what came of it, for whoever watches. What follows the path can name people.
fn told(
    request: &Outgoing,
    outcome: &Result<Incoming, Lost>,
    attempt: u32,
    elapsed: Duration,
) -> String {
    let uri = request.uri();
    let host = uri.authority().map_or("", http::uri::Authority::as_str);
    let way = match transport::way(host_only(host)) {
        Ok(Some(way)) => format!(", through {way}"),
        _ => String::new(),
    };
    let outcome = match outcome {
        Ok(response) => format!("HTTP {}", response.status().as_u16()),
        Err(lost) => lost.failure.message.clone(),
    };
    let hundredths = (elapsed.as_millis() + 5) / 10;
    format!(
        "request: {} {}://{host}{} (attempt {attempt}, {}.{:02} s{way}): {outcome}",
        request.method(),
        uri.scheme_str().unwrap_or("https"),
        uri.path(),
        hundredths / 100,
        hundredths % 100,
    )
}

/// Names that no network has (RFC 6761 section 6.4), such as the demo tenant's where the host of this component has none built in.
fn leads_nowhere(host: &str) -> bool {
    host_only(host).ends_with(".invalid")
}

/// Without a port.
fn host_only(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}

/// `host` and what is in between, as far as the host of this component says.
fn with_way(host: &str) -> String {
    match transport::way(host_only(host)) {
        Ok(Some(way)) => format!("`{host}` (through {way})"),
        _ => format!("`{host}`"),
    }
}

/// Why there was no response.
enum Interruption {
    /// The host's reason.
    Code(ErrorCode),
    /// The response broke off, without a reason.
    Incomplete,
    /// The deadline passed.
    TimedOut,
    /// The request cannot be expressed in `wasi:http`.
    Malformed,
}

impl From<ErrorCode> for Interruption {
    fn from(code: ErrorCode) -> Self {
        Self::Code(code)
    }
}

fn send(
    request: &Outgoing,
    limit: usize,
    deadline: &Deadline,
    host: &str,
) -> Result<Incoming, Interruption> {
    let what = format!("an answer of `{host}`");
    let outgoing = head(request)?;
    let body = outgoing.body().map_err(|()| Interruption::Malformed)?;
    let future = outgoing_handler::handle(outgoing, Some(RequestOptions::new()))?;
    // A body that cannot be written has its reason in the response's future.
    let written = write(body, request.body());
    if !deadline.allows(&future.subscribe(), &what) {
        return Err(Interruption::TimedOut);
    }
    let response = future
        .get()
        .and_then(Result::ok)
        .ok_or(Interruption::Incomplete)??;
    written.ok_or(Interruption::Incomplete)?;
    read(&response, limit, deadline, &what)
}

fn head(request: &Outgoing) -> Result<OutgoingRequest, Interruption> {
    let malformed = |()| Interruption::Malformed;
    let fields = Fields::new();
    for (name, value) in request.headers() {
        fields
            .append(name.as_str(), value.as_bytes())
            .map_err(|_| Interruption::Malformed)?;
    }
    let uri = request.uri();
    let scheme = match uri.scheme_str() {
        Some("http") => Scheme::Http,
        _ => Scheme::Https,
    };
    let outgoing = OutgoingRequest::new(fields);
    outgoing
        .set_method(&method(request.method()))
        .map_err(malformed)?;
    outgoing.set_scheme(Some(&scheme)).map_err(malformed)?;
    outgoing
        .set_authority(uri.authority().map(http::uri::Authority::as_str))
        .map_err(malformed)?;
    outgoing
        .set_path_with_query(uri.path_and_query().map(http::uri::PathAndQuery::as_str))
        .map_err(malformed)?;
    Ok(outgoing)
}

fn method(method: &http::Method) -> Method {
    match method.as_str() {
        "GET" => Method::Get,
        "POST" => Method::Post,
        other => Method::Other(other.to_owned()),
    }
}

fn write(body: OutgoingBody, content: &[u8]) -> Option<()> {
    let stream: OutputStream = body.write().ok()?;
    for part in content.chunks(WRITE_SIZE) {
        stream.blocking_write_and_flush(part).ok()?;
    }
    // A body can be finished only when its stream is gone.
    drop(stream);
    OutgoingBody::finish(body, None).ok()
}

fn read(
    response: &IncomingResponse,
    limit: usize,
    deadline: &Deadline,
    what: &str,
) -> Result<Incoming, Interruption> {
    let mut whole = Response::new(Zeroizing::new(Vec::new()));
    *whole.status_mut() =
        StatusCode::from_u16(response.status()).map_err(|_| Interruption::Incomplete)?;
    for (name, value) in response.headers().entries() {
        let name = READ_HEADERS
            .into_iter()
            .find(|header| name.eq_ignore_ascii_case(header.as_str()));
        // A header that is none says nothing that is needed.
        if let (Some(name), Ok(value)) = (name, HeaderValue::try_from(value)) {
            whole.headers_mut().append(name, value);
        }
    }
    let body: IncomingBody = response.consume().map_err(|()| Interruption::Incomplete)?;
    let stream = body.stream().map_err(|()| Interruption::Incomplete)?;
    read_stream(&stream, whole.body_mut(), limit, deadline, what)?;
    Ok(whole)
}

fn read_stream(
    stream: &InputStream,
    content: &mut Vec<u8>,
    limit: usize,
    deadline: &Deadline,
    what: &str,
) -> Result<(), Interruption> {
    let ready = stream.subscribe();
    while content.len() <= limit {
        if !deadline.allows(&ready, what) {
            return Err(Interruption::TimedOut);
        }
        match stream.read(READ_SIZE) {
            Ok(part) => content.extend_from_slice(&part),
            Err(StreamError::Closed) => return Ok(()),
            Err(StreamError::LastOperationFailed(error)) => {
                return Err(
                    http_error_code(&error).map_or(Interruption::Incomplete, Interruption::Code)
                );
            }
        }
    }
    content.truncate(limit.saturating_add(1));
    Ok(())
}

impl Interruption {
    fn silence(&self) -> Silence {
        match self {
            Self::Code(code) => silence(code),
            Self::Incomplete => Silence::BrokenOff,
            Self::TimedOut => Silence::TimedOut,
            Self::Malformed => Silence::Lasting,
        }
    }

    fn at(self, host: &str, deadline: &Deadline) -> Failure {
        let (fault, message, hint) = match &self {
            Self::Code(code) => of_code(code, host),
            Self::Incomplete => broken_off(host),
            Self::TimedOut => timed_out(host, deadline.limit()),
            Self::Malformed => (
                Fault::Other,
                format!("cannot send a request to `{host}`"),
                "check the authority of the profile",
            ),
        };
        let explained = match self {
            // Nothing went wrong there.
            Self::Code(ErrorCode::HttpRequestDenied) | Self::TimedOut | Self::Malformed => None,
            Self::Code(_) | Self::Incomplete => transport::explain(host, fault).ok().flatten(),
        };
        explained.unwrap_or_else(|| Failure {
            capability: Capability::Network,
            fault,
            message,
            hint: Some(hint.to_owned()),
        })
    }
}

/// What an error code of `wasi:http` means to the person who waits for a token, where the host knows no more.
fn of_code(code: &ErrorCode, host: &str) -> (Fault, String, &'static str) {
    match code {
        ErrorCode::HttpRequestDenied => (
            Fault::Denied,
            format!("the gate refused `{host}`: it is no host of the permitted authority"),
            "only the authority of the profile may be reached; correct the profile's authority",
        ),
        ErrorCode::DnsError(_) | ErrorCode::DnsTimeout | ErrorCode::DestinationNotFound => (
            Fault::Unreachable,
            format!("cannot find `{host}`"),
            "check the spelling of the authority, the DNS settings, and the proxy if one is needed",
        ),
        ErrorCode::ConnectionRefused
        | ErrorCode::DestinationUnavailable
        | ErrorCode::DestinationIpProhibited
        | ErrorCode::DestinationIpUnroutable => (
            Fault::Unreachable,
            format!("cannot connect to `{host}`"),
            "check the network, and the proxy if there is one",
        ),
        ErrorCode::TlsCertificateError
        | ErrorCode::TlsProtocolError
        | ErrorCode::TlsAlertReceived(_) => (
            Fault::Untrusted,
            format!("`{host}` could not prove who it is (TLS)"),
            "if a proxy inspects TLS, its CA must be trusted; else check host name and clock",
        ),
        ErrorCode::ConnectionTimeout
        | ErrorCode::ConnectionReadTimeout
        | ErrorCode::ConnectionWriteTimeout
        | ErrorCode::HttpResponseTimeout => timed_out(host, None),
        ErrorCode::ConfigurationError | ErrorCode::InternalError(_) => (
            Fault::Other,
            match code {
                ErrorCode::InternalError(Some(reason)) => {
                    format!("the request to `{host}` failed: {reason}")
                }
                _ => format!("the request to `{host}` failed inside the host"),
            },
            "check the network settings of this machine",
        ),
        _ => broken_off(host),
    }
}

fn broken_off(host: &str) -> (Fault, String, &'static str) {
    (
        Fault::Unreachable,
        format!("the connection to `{host}` broke off"),
        "try again; if it stays so, a proxy in between may be the cause",
    )
}

fn timed_out(host: &str, limit: Option<Duration>) -> (Fault, String, &'static str) {
    // Something else may have taken all of it.
    let limit = limit.filter(|limit| !limit.is_zero()).map_or_else(
        || "in time".to_owned(),
        |limit| format!("within {}", seconds(limit)),
    );
    (
        Fault::TimedOut,
        format!("{} did not answer {limit}", with_way(host)),
        "try again, or allow more time with `--timeout`",
    )
}

/// What time may change: a connection that failed, not one that was refused for what it is.
fn silence(code: &ErrorCode) -> Silence {
    match code {
        ErrorCode::DnsTimeout
        | ErrorCode::DnsError(_)
        | ErrorCode::ConnectionRefused
        | ErrorCode::ConnectionLimitReached
        | ErrorCode::DestinationUnavailable
        | ErrorCode::DestinationIpUnroutable => Silence::Unreachable,
        ErrorCode::ConnectionTimeout
        | ErrorCode::ConnectionReadTimeout
        | ErrorCode::ConnectionWriteTimeout
        | ErrorCode::HttpResponseTimeout => Silence::TimedOut,
        ErrorCode::ConnectionTerminated
        | ErrorCode::HttpProtocolError
        | ErrorCode::HttpResponseIncomplete
        | ErrorCode::HttpResponseBodySize(_)
        | ErrorCode::HttpResponseTransferCoding(_)
        | ErrorCode::HttpResponseContentCoding(_) => Silence::BrokenOff,
        _ => Silence::Lasting,
    }
}
