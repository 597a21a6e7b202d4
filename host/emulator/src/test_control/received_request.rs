//! What the emulator received, for tests that count requests or compare their parameters.

use http::Request;
use serde::Serialize;

use crate::request::form;
use crate::value::time::UnixTime;

/// One request as it came in. Nothing is hidden: the encoding of a secret is among the things to
/// compare.
#[derive(Serialize)]
pub(crate) struct ReceivedRequest {
    time: UnixTime,
    method: String,
    path: String,
    query: Option<String>,
    headers: Vec<(String, String)>,
    /// The decoded parameters of a form, in order and with duplicates; `null` for another kind of
    /// body.
    form: Option<Vec<(String, String)>>,
    body: String,
}

impl ReceivedRequest {
    pub(crate) fn new(request: &Request<Vec<u8>>, time: UnixTime) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let headers = request.headers().iter();
        let form = form::is_form(request.headers()).then(|| {
            form_urlencoded::parse(request.body())
                .into_owned()
                .collect()
        });
        Self {
            time,
            method: request.method().to_string(),
            path: request.uri().path().to_owned(),
            query: request.uri().query().map(str::to_owned),
            headers: headers
                .map(|(name, value)| (name.to_string(), text(value.as_bytes())))
                .collect(),
            form,
            body: text(request.body()),
        }
    }
}
