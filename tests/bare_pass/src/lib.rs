//! A proxy that passes everything on and decides nothing: what an engine takes for that alone is what `tests/proxy_speed` measures the
//! real one by.
//!
//! Requests without a body go to the server that the variable `UPSTREAM` names, such as `127.0.0.1:9000`.

use wasip2::exports::http::incoming_handler::Guest;
use wasip2::http::outgoing_handler::handle;
use wasip2::http::types::{
    ErrorCode, Fields, IncomingRequest, IncomingResponse, OutgoingBody, OutgoingRequest,
    OutgoingResponse, ResponseOutparam, Scheme,
};
use wasip2::io::streams::StreamError;

/// How much is held at once, as in the real one.
const PIECE: u64 = 16 * 1024;

struct BarePass;

wasip2::http::proxy::export!(BarePass);

impl Guest for BarePass {
    fn handle(request: IncomingRequest, out: ResponseOutparam) {
        match answered(&request) {
            Ok(answer) => drop(back(&answer, out)),
            Err(code) => ResponseOutparam::set(out, Err(code)),
        }
    }
}

fn answered(request: &IncomingRequest) -> Result<IncomingResponse, ErrorCode> {
    let headers = request.headers().entries();
    let others: Vec<_> = headers
        .into_iter()
        .filter(|(name, _)| !name.eq_ignore_ascii_case("host"))
        .collect();
    let fields = Fields::from_list(&others).map_err(|_| defect())?;
    let outgoing = OutgoingRequest::new(fields);
    let upstream = std::env::var("UPSTREAM").map_err(|_| defect())?;
    let target = request.path_with_query();
    outgoing
        .set_method(&request.method())
        .and_then(|()| outgoing.set_scheme(Some(&Scheme::Http)))
        .and_then(|()| outgoing.set_authority(Some(&upstream)))
        .and_then(|()| outgoing.set_path_with_query(target.as_deref()))
        .map_err(|()| defect())?;
    let body = outgoing.body().map_err(|()| defect())?;
    let future = handle(outgoing, None)?;
    OutgoingBody::finish(body, None)?;
    future.subscribe().block();
    let outcome = future.get().and_then(Result::ok);
    outcome.ok_or_else(defect)?
}

/// Sends the answer back; nothing where one side breaks off.
fn back(answer: &IncomingResponse, out: ResponseOutparam) -> Option<()> {
    let headers = answer.headers().entries();
    let response = OutgoingResponse::new(Fields::from_list(&headers).ok()?);
    response.set_status_code(answer.status()).ok()?;
    let to = response.body().ok()?;
    ResponseOutparam::set(out, Ok(response));
    let from = answer.consume().ok()?;
    let (source, sink) = (from.stream().ok()?, to.write().ok()?);
    loop {
        let piece = match source.blocking_read(PIECE) {
            Ok(piece) => piece,
            Err(StreamError::Closed) => break,
            Err(StreamError::LastOperationFailed(_)) => return None,
        };
        let mut rest = piece.as_slice();
        while !rest.is_empty() {
            let room = usize::try_from(sink.check_write().ok()?).unwrap_or(usize::MAX);
            let (now, later) = rest.split_at(room.min(rest.len()));
            match now {
                [] => sink.subscribe().block(),
                now => sink.write(now).and_then(|()| sink.flush()).ok()?,
            }
            rest = later;
        }
    }
    drop((source, sink));
    OutgoingBody::finish(to, None).ok()
}

fn defect() -> ErrorCode {
    ErrorCode::InternalError(None)
}
