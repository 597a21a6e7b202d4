//! The answer on its way back.

use wit_bindgen::{StreamWriter, spawn_local};

use crate::bindings::entra_auth::core::relay::{AnswerHead, Exchange, Part};
use crate::bindings::wasi::http0_3_0::types::{ErrorCode, Fields, Response};
use crate::bindings::{wit_future, wit_stream};
use crate::send;
use crate::upload::Upload;

/// Begins it; its body follows while the rest of the request still moves.
pub(crate) fn respond(
    head: AnswerHead,
    exchange: Exchange,
    upload: Option<Upload>,
) -> Result<Response, ErrorCode> {
    let (mut to, body) = wit_stream::new();
    // What is told where nobody says that it is whole.
    let (whole, trailers) = wit_future::new(|| Err(ErrorCode::HttpResponseIncomplete));
    let body = head.has_body.then_some(body);
    let (response, _) = Response::new(fields(&head.headers), body, trailers);
    let status = response.set_status_code(head.status);
    status.map_err(|()| ErrorCode::InternalError(None))?;
    spawn_local(async move {
        let is_whole = !head.has_body || pass(&exchange, upload, &mut to).await;
        drop(to);
        if is_whole {
            // A caller who is gone misses nothing.
            drop(whole.write(Ok(None)).await);
        }
    });
    Ok(response)
}

/// Moves the body, and says whether all of it arrived.
async fn pass(exchange: &Exchange, mut upload: Option<Upload>, to: &mut StreamWriter<u8>) -> bool {
    loop {
        match exchange.receive() {
            Part::Piece(piece) => {
                if !to.write_all(piece).await.is_empty() {
                    return false;
                }
            }
            Part::None => send(exchange, &mut upload).await,
            Part::End => return true,
            Part::Break => return false,
        }
    }
}

/// Without those that an engine keeps for itself.
fn fields(headers: &[(String, Vec<u8>)]) -> Fields {
    Fields::from_list(headers).unwrap_or_else(|_| {
        let fields = Fields::new();
        for (name, value) in headers {
            fields.append(name, value).unwrap_or_default();
        }
        fields
    })
}
