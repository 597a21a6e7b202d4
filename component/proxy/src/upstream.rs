//! The request to the server behind and its answer, both bodies moving at once.

use std::time::Duration;

use protocol::edge::answer::Answer;
use protocol::edge::decision::Forward;
use protocol::edge::headers::goes_back;

use crate::bindings::wasi::clocks::monotonic_clock::subscribe_duration;
use crate::bindings::wasi::http::outgoing_handler::handle;
use crate::bindings::wasi::http::types::{
    ErrorCode, Fields, FutureIncomingResponse, IncomingResponse, Method, OutgoingBody,
    OutgoingRequest, ResponseOutparam, Scheme,
};
use crate::bindings::wasi::io::poll::poll;
use crate::body::{Progress, Transfer};
use crate::setup::Setup;
use crate::upload::Upload;
use crate::{log, response};

/// A request that goes on, and who called.
pub(crate) struct Passed<'a> {
    pub(crate) entrance: &'a str,
    pub(crate) method: Method,
    pub(crate) forward: &'a Forward,
    pub(crate) upload: Upload,
    pub(crate) caller: Option<&'a str>,
}

/// Status and headers of an answer.
pub(crate) struct Head {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
}

/// Sends the request on and the answer back. Where its body can be sent again and `again` makes another request of the first answer,
/// that one is sent, once, and its answer goes back. Where nothing was answered yet, whoever is to be answered is handed back.
pub(crate) fn exchange(
    setup: &Setup,
    passed: Passed<'_>,
    out: ResponseOutparam,
    again: impl FnOnce(&Head) -> Option<Result<Forward, Answer>>,
) -> Result<(), (ResponseOutparam, Answer)> {
    let kept = passed.upload.again();
    let method = &passed.method;
    let first = send(setup, passed.forward, method, passed.upload);
    let answered = first.and_then(|first| {
        let Some(upload) = kept else {
            return Ok(first);
        };
        match again(&first.head) {
            None => Ok(first),
            Some(forward) => {
                // Nobody reads the first answer.
                drop(first);
                send(setup, &forward?, method, upload)
            }
        }
    });
    match answered {
        Ok(answered) => {
            log::passed(passed.entrance, answered.head.status, passed.caller);
            answered.back(matches!(method, Method::Head), out);
            Ok(())
        }
        Err(answer) => Err((out, answer)),
    }
}

/// An answer that has begun, and what of the request is still on its way.
struct Answered {
    head: Head,
    incoming: IncomingResponse,
    upload: Option<Transfer>,
}

fn send(
    setup: &Setup,
    forward: &Forward,
    method: &Method,
    upload: Upload,
) -> Result<Answered, Answer> {
    let impossible = || Answer::unavailable(502, "upstream", None);
    let length = match &upload {
        // Else an engine announces a body in chunks. One that comes all the same goes nowhere.
        Upload::Nothing => Some(0),
        Upload::Held(bytes) => Some(bytes.len()),
        Upload::Stream(_) => None,
    };
    let outgoing = head(forward, method, length).ok_or_else(impossible)?;
    let body = outgoing.body().map_err(|()| impossible())?;
    let (future, mut upload) = match upload {
        Upload::Nothing => {
            let future = handle(outgoing, None).map_err(|code| of_code(&code))?;
            OutgoingBody::finish(body, None).map_err(|code| of_code(&code))?;
            (future, None)
        }
        Upload::Held(bytes) => {
            let transfer = Transfer::held(bytes, body).ok_or_else(impossible)?;
            let future = handle(outgoing, None).map_err(|code| of_code(&code))?;
            (future, Some(transfer))
        }
        Upload::Stream(request) => {
            let incoming = request.consume().map_err(|()| impossible())?;
            let limit = setup.configuration.longest_body;
            let transfer = Transfer::new(incoming, body, limit).ok_or_else(impossible)?;
            let future = handle(outgoing, None).map_err(|code| of_code(&code))?;
            (future, Some(transfer))
        }
    };
    let incoming = answered(&future, &mut upload, setup.configuration.upstream_timeout)?;
    let head = Head {
        status: incoming.status(),
        headers: incoming.headers().entries(),
    };
    Ok(Answered {
        head,
        incoming,
        upload,
    })
}

/// The head of the request, with the length of its body where that is known.
fn head(forward: &Forward, method: &Method, length: Option<usize>) -> Option<OutgoingRequest> {
    let (scheme, authority) = forward.upstream.split_once("://")?;
    let scheme = match scheme {
        "http" => Scheme::Http,
        _ => Scheme::Https,
    };
    let fields = Fields::from_list(&forward.headers).ok()?;
    if let Some(length) = length {
        let length = length.to_string();
        fields.append("content-length", length.as_bytes()).ok()?;
    }
    let outgoing = OutgoingRequest::new(fields);
    outgoing.set_method(method).ok()?;
    outgoing.set_scheme(Some(&scheme)).ok()?;
    outgoing.set_authority(Some(authority)).ok()?;
    outgoing.set_path_with_query(Some(&forward.target)).ok()?;
    Some(outgoing)
}

/// Moves the request's body until the answer begins. The time limit starts anew with each piece.
fn answered(
    future: &FutureIncomingResponse,
    upload: &mut Option<Transfer>,
    limit: Duration,
) -> Result<IncomingResponse, Answer> {
    let arrived = future.subscribe();
    let nanoseconds = u64::try_from(limit.as_nanos()).unwrap_or(u64::MAX);
    loop {
        let late = subscribe_duration(nanoseconds);
        let mut events = vec![&arrived, &late];
        events.extend(upload.as_mut().and_then(Transfer::event));
        let ready = poll(&events);
        if ready.contains(&0) {
            let outcome = future.get().and_then(Result::ok);
            let outcome = outcome.ok_or_else(|| Answer::unavailable(502, "upstream", None))?;
            return outcome.map_err(|code| of_code(&code));
        }
        if ready.contains(&2) {
            match upload.as_mut().map(Transfer::step) {
                Some(Progress::Moving) => {}
                // A server that takes no more may have answered already.
                Some(Progress::Done | Progress::Broken) | None => *upload = None,
                Some(Progress::TooLong) => {
                    let message = "the request's body is too large";
                    return Err(Answer::refused(413, "body", message));
                }
            }
        } else if ready.contains(&1) {
            return Err(Answer::unavailable(504, "upstream", None));
        }
    }
}

impl Answered {
    /// Sends the answer back while the rest of the request still moves.
    fn back(self, is_head: bool, out: ResponseOutparam) {
        let Head { status, headers } = self.head;
        let has_body = !is_head && !matches!(status, 204 | 304);
        let headers = headers.into_iter().filter(|(name, _)| {
            // An answer without a body would be measured by the length of the one that it has not.
            goes_back(name) && (has_body || !name.eq_ignore_ascii_case("content-length"))
        });
        let Some((response, to)) = response::head(status, headers.collect()) else {
            return ResponseOutparam::set(out, Err(ErrorCode::InternalError(None)));
        };
        let incoming = self.incoming.consume().ok();
        let download = incoming.and_then(|from| Transfer::new(from, to, None));
        ResponseOutparam::set(out, Ok(response));
        if let Some(download) = download {
            both(download, self.upload);
        }
    }
}

/// Moves both bodies, until that of the answer has ended.
fn both(mut download: Transfer, mut upload: Option<Transfer>) {
    while let Some(moving) = &mut upload {
        let (Some(one), Some(other)) = (download.event(), moving.event()) else {
            break;
        };
        let ready = poll(&[one, other]);
        if ready.contains(&0) && download.step() != Progress::Moving {
            return;
        }
        if ready.contains(&1) && moving.step() != Progress::Moving {
            break;
        }
    }
    // Not dropped before: what is left of a broken one tells the server behind.
    download.run();
}

fn of_code(code: &ErrorCode) -> Answer {
    let status = match code {
        ErrorCode::ConnectionTimeout
        | ErrorCode::ConnectionReadTimeout
        | ErrorCode::ConnectionWriteTimeout
        | ErrorCode::HttpResponseTimeout => 504,
        _ => 502,
    };
    Answer::unavailable(status, "upstream", None)
}
