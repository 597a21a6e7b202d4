//! The head of a request, copied out of the engine.

use crate::bindings::entra_auth::core::relay::RequestHead;
use crate::bindings::wasi::http0_3_0::types::{Method, Request, Scheme};

pub(crate) fn of(request: &Request) -> RequestHead {
    RequestHead {
        method: match request.get_method() {
            Method::Get => "GET".to_owned(),
            Method::Head => "HEAD".to_owned(),
            Method::Post => "POST".to_owned(),
            Method::Put => "PUT".to_owned(),
            Method::Delete => "DELETE".to_owned(),
            Method::Connect => "CONNECT".to_owned(),
            Method::Options => "OPTIONS".to_owned(),
            Method::Trace => "TRACE".to_owned(),
            Method::Patch => "PATCH".to_owned(),
            Method::Other(name) => name,
        },
        scheme: match request.get_scheme() {
            Some(Scheme::Https) => "https".to_owned(),
            Some(Scheme::Http) | None => "http".to_owned(),
            Some(Scheme::Other(name)) => name,
        },
        authority: request.get_authority(),
        target: request.get_path_with_query().unwrap_or_default(),
        headers: request.get_headers().copy_all(),
    }
}
