//! Answers to the caller.

use protocol::edge::answer::Answer;

use crate::bindings::wasi::http::types::{
    Fields, OutgoingBody, OutgoingResponse, ResponseOutparam,
};

/// What one write takes (`wasi:io/streams`).
const LONGEST_WRITE: usize = 4096;

/// Sends an answer of our own. A caller who is gone misses nothing.
pub(crate) fn send(out: ResponseOutparam, answer: &Answer) {
    let headers = answer.headers.iter();
    let headers = headers.map(|(name, value)| (name.clone(), value.as_bytes().to_vec()));
    let Some((response, body)) = head(answer.status, headers.collect()) else {
        return;
    };
    ResponseOutparam::set(out, Ok(response));
    if let Ok(stream) = body.write() {
        for part in answer.body.as_bytes().chunks(LONGEST_WRITE) {
            if stream.blocking_write_and_flush(part).is_err() {
                break;
            }
        }
    }
    drop(OutgoingBody::finish(body, None));
}

/// A response with the headers that the engine takes.
pub(crate) fn head(
    status: u16,
    headers: Vec<(String, Vec<u8>)>,
) -> Option<(OutgoingResponse, OutgoingBody)> {
    let fields = Fields::from_list(&headers).unwrap_or_else(|_| taken(&headers));
    let response = OutgoingResponse::new(fields);
    // Responses have that one from the start.
    if status != 200 {
        response.set_status_code(status).ok()?;
    }
    let body = response.body().ok()?;
    Some((response, body))
}

/// Without those that an engine keeps for itself.
fn taken(headers: &[(String, Vec<u8>)]) -> Fields {
    let fields = Fields::new();
    for (name, value) in headers {
        fields.append(name, value).unwrap_or_default();
    }
    fields
}
