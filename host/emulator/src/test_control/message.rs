//! The JSON in which tests ask and are answered.

use http::{HeaderValue, Request, Response, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A control request's body.
pub(crate) fn parsed<T: DeserializeOwned>(request: &Request<Vec<u8>>) -> Result<T, String> {
    serde_json::from_slice(request.body()).map_err(|error| error.to_string())
}

/// An answer without a body.
pub(crate) fn empty(status: StatusCode) -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = status;
    response
}

/// An answer of JSON.
pub(crate) fn with_json(status: StatusCode, body: &Value) -> Response<Vec<u8>> {
    let mut response = empty(status);
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    *response.body_mut() = body.to_string().into_bytes();
    response
}
