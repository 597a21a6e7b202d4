//! A tunnel through an HTTP proxy (RFC 9110 section 9.3.6).

use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;

use super::Proxy;
use crate::capability::bindings::entra_auth::core::errors::Fault;
use crate::capability::network::cause::{self, Cause};
use crate::capability::network::connection::Connection;

/// What a proxy says in plain text about a refusal is a sentence; a page would be longer.
const REMARK_LIMIT: usize = 300;

/// Has `proxy`, at the other end of `connection`, connect to `target`, a host and a port.
pub(crate) async fn tunnel(
    connection: Connection,
    proxy: &Proxy,
    target: &str,
    limit: Duration,
) -> Result<Connection, Cause> {
    match tokio::time::timeout(limit, connect(connection, proxy, target)).await {
        Ok(tunnel) => tunnel,
        Err(_) => Err(Cause::new(
            Fault::TimedOut,
            format!("{proxy} did not answer within {} seconds", limit.as_secs()),
            format!("check that it is a proxy that leads to `{target}`"),
        )),
    }
}

async fn connect(connection: Connection, proxy: &Proxy, target: &str) -> Result<Connection, Cause> {
    let failed = |error: hyper::Error| no_answer(&error, proxy);
    let (mut sender, exchange) = http1::handshake(TokioIo::new(connection))
        .await
        .map_err(failed)?;
    // Ends with the connection; what goes wrong in it is seen at the other end too.
    tokio::spawn(exchange.with_upgrades());
    let mut request = Request::new(Empty::<Bytes>::new());
    *request.method_mut() = Method::CONNECT;
    *request.uri_mut() = target
        .parse()
        .map_err(|_| Cause::new(Fault::Other, "no such host", "check the authority"))?;
    if let Ok(host) = target.parse() {
        request.headers_mut().insert(HOST, host);
    }
    if let Some(authorization) = proxy.address.basic_authorization() {
        request
            .headers_mut()
            .insert(PROXY_AUTHORIZATION, authorization);
    }
    let response = sender.send_request(request).await.map_err(failed)?;
    if !response.status().is_success() {
        return Err(refusal(response, proxy, target).await);
    }
    let tunnel = hyper::upgrade::on(response).await.map_err(failed)?;
    Ok(Box::new(TokioIo::new(tunnel)))
}

fn no_answer(error: &hyper::Error, proxy: &Proxy) -> Cause {
    let what = if error.is_parse() {
        "answered with something that is no HTTP".to_owned()
    } else {
        "closed the connection instead of answering".to_owned()
    };
    Cause::new(
        if error.is_parse() {
            Fault::Other
        } else {
            Fault::Unreachable
        },
        format!("{proxy} {what}"),
        format!(
            "check that `{}` names an HTTP proxy; others are written `https://` (within TLS) or `socks5h://`",
            proxy.variable
        ),
    )
}

async fn refusal(response: Response<Incoming>, proxy: &Proxy, target: &str) -> Cause {
    let (head, body) = response.into_parts();
    let variable = proxy.variable;
    if head.status == StatusCode::PROXY_AUTHENTICATION_REQUIRED {
        return unauthorized(&head.headers, proxy);
    }
    let remark = match is_plain_text(&head.headers) {
        true => Limited::new(body, REMARK_LIMIT)
            .collect()
            .await
            .ok()
            .and_then(|body| first_line(&body.to_bytes())),
        false => None,
    };
    let remark = remark.map_or_else(String::new, |remark| format!(": {remark}"));
    let (fault, hint) = match head.status.as_u16() {
        400 | 405 | 501 => (
            Fault::Other,
            format!("check that `{variable}` names a proxy that permits tunnels (CONNECT)"),
        ),
        500.. => (
            Fault::Unreachable,
            format!("try again later; the proxy could not reach `{target}` itself"),
        ),
        _ => (
            Fault::Denied,
            format!(
                "have whoever runs the proxy permit `{target}`, or add the host to NO_PROXY if it can be reached directly"
            ),
        ),
    };
    Cause::new(
        fault,
        format!(
            "{proxy} refused to connect to `{target}`: HTTP {}{remark}",
            head.status
        ),
        hint,
    )
}

fn unauthorized(headers: &HeaderMap, proxy: &Proxy) -> Cause {
    let variable = proxy.variable;
    let offered = schemes(headers);
    let list = match offered.is_empty() {
        true => String::new(),
        false => format!(" ({})", offered.join(", ")),
    };
    let takes_basic = offered
        .iter()
        .any(|scheme| scheme.eq_ignore_ascii_case("basic"));
    let (message, hint) = if !takes_basic && !offered.is_empty() {
        (
            format!("{proxy} asks for authentication that is not supported{list}"),
            format!(
                "Basic is; a proxy of your own on this machine can do the rest, named in {variable}"
            ),
        )
    } else if proxy.address.credentials.is_some() {
        (
            format!("{proxy} refused the user name and password{list}"),
            format!(
                "correct user name and password in {variable}, with special characters percent-encoded"
            ),
        )
    } else {
        (
            format!("{proxy} asks for a user name and password{list}"),
            format!("write them into {variable}: `http://user:password@host:port`"),
        )
    };
    Cause::new(Fault::Denied, format!("{message}: HTTP 407"), hint)
}

/// The schemes of `Proxy-Authenticate` (RFC 9110 section 11.7.1), each of which begins its own field in practice.
fn schemes(headers: &HeaderMap) -> Vec<String> {
    headers
        .get_all(PROXY_AUTHENTICATE)
        .iter()
        .filter_map(|value| value.to_str().ok()?.split([' ', ',']).next())
        .filter(|scheme| scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()))
        .map(ToOwned::to_owned)
        .collect()
}

fn is_plain_text(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|media_type| media_type.starts_with("text/plain"))
}

fn first_line(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let line = cause::printable(text.lines().next()?);
    (!line.is_empty()).then_some(line)
}
