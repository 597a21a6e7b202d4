//! What both trespassers do.

use crate::bindings::wasi::http::outgoing_handler;
use crate::bindings::wasi::http::types::{ErrorCode, Fields, OutgoingRequest, Scheme};

/// Sends a request to an origin such as `http://127.0.0.1:8400`.
pub(crate) fn knock(origin: &str) -> Result<(), ErrorCode> {
    let (scheme, authority) = match origin.split_once("://") {
        Some(("http", authority)) => (Scheme::Http, authority),
        Some((_, authority)) => (Scheme::Https, authority),
        None => return Err(ErrorCode::HttpRequestUriInvalid),
    };
    let request = OutgoingRequest::new(Fields::new());
    let prepared = request
        .set_scheme(Some(&scheme))
        .and_then(|()| request.set_authority(Some(authority)))
        .and_then(|()| request.set_path_with_query(Some("/")));
    prepared.map_err(|()| ErrorCode::HttpRequestUriInvalid)?;
    let future = outgoing_handler::handle(request, None)?;
    future.subscribe().block();
    match future.get() {
        Some(Ok(response)) => response.map(drop),
        _ => Err(ErrorCode::InternalError(None)),
    }
}
