//! The request to the server behind and its answer, both bodies moving at once.

use std::time::Duration;

use protocol::edge::answer::Answer;
use protocol::edge::configuration::route::Route;
use protocol::edge::decision::Forward;
use protocol::edge::headers::goes_back;

use crate::bindings::wasi::clocks::monotonic_clock::subscribe_duration;
use crate::bindings::wasi::http::outgoing_handler::handle;
use crate::bindings::wasi::http::types::{
    ErrorCode, Fields, FutureIncomingResponse, IncomingRequest, IncomingResponse, Method,
    OutgoingBody, OutgoingRequest, ResponseOutparam, Scheme,
};
use crate::bindings::wasi::io::poll::poll;
use crate::body::{Progress, Transfer};
use crate::setup::Setup;
use crate::{log, response};

/// A request that goes on, and who called.
pub(crate) struct Passed<'a> {
    pub(crate) route: &'a Route,
    pub(crate) forward: &'a Forward,
    pub(crate) caller: Option<&'a str>,
}

/// Sends the request on and the answer back. Where `again` makes another request of the answer's status and headers, that one is
/// sent, once, and its answer goes back. Where nothing was answered yet, whoever is to be answered is handed back.
pub(crate) fn exchange(
    setup: &Setup,
    passed: &Passed<'_>,
    method: Method,
    request: IncomingRequest,
    out: ResponseOutparam,
    again: impl FnOnce(u16, &[(String, Vec<u8>)]) -> Option<Result<Forward, Answer>>,
) -> Result<(), (ResponseOutparam, Answer)> {
    let is_head = matches!(method, Method::Head);
    let limit = setup.configuration.longest_body;
    let begun = begin(passed.route, passed.forward, &method, &request, limit);
    let (future, upload) = match begun {
        Ok(begun) => begun,
        Err(answer) => return Err((out, answer)),
    };
    let patience = setup.configuration.upstream_timeout;
    let mut upload = Some(upload);
    let response = answered(&future, upload.as_mut(), patience).and_then(|incoming| {
        match again(incoming.status(), &incoming.headers().entries()) {
            None => Ok(incoming),
            Some(forward) => {
                // Nobody reads the first answer, and the first request had no body.
                drop((incoming, upload.take()));
                let future = begin_again(passed.route, &forward?, &method)?;
                answered(&future, None, patience)
            }
        }
    });
    match response {
        Ok(incoming) => {
            log::passed(&passed.route.name, incoming.status(), passed.caller);
            back(&incoming, is_head, upload, out);
            Ok(())
        }
        Err(answer) => Err((out, answer)),
    }
}

/// Nothing but the head is on its way after this.
fn begin(
    route: &Route,
    forward: &Forward,
    method: &Method,
    request: &IncomingRequest,
    limit: Option<u64>,
) -> Result<(FutureIncomingResponse, Transfer), Answer> {
    let impossible = || Answer::unavailable(502, "upstream", None);
    let outgoing = head(route, forward, method).ok_or_else(impossible)?;
    let body = outgoing.body().map_err(|()| impossible())?;
    let incoming = request.consume().map_err(|()| impossible())?;
    let upload = Transfer::new(incoming, body, limit).ok_or_else(impossible)?;
    let future = handle(outgoing, None).map_err(|code| of_code(&code))?;
    Ok((future, upload))
}

/// The same for a request without a body.
fn begin_again(
    route: &Route,
    forward: &Forward,
    method: &Method,
) -> Result<FutureIncomingResponse, Answer> {
    let impossible = || Answer::unavailable(502, "upstream", None);
    let outgoing = head(route, forward, method).ok_or_else(impossible)?;
    let body = outgoing.body().map_err(|()| impossible())?;
    let future = handle(outgoing, None).map_err(|code| of_code(&code))?;
    OutgoingBody::finish(body, None).map_err(|code| of_code(&code))?;
    Ok(future)
}

fn head(route: &Route, forward: &Forward, method: &Method) -> Option<OutgoingRequest> {
    let (scheme, authority) = route.upstream.split_once("://")?;
    let scheme = match scheme {
        "http" => Scheme::Http,
        _ => Scheme::Https,
    };
    let fields = Fields::new();
    for (name, value) in &forward.headers {
        fields.append(name, value).ok()?;
    }
    // Else an engine announces a body in chunks. One that comes all the same goes nowhere.
    if matches!(method, Method::Get | Method::Head | Method::Options) {
        fields.append("content-length", b"0").ok()?;
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
    mut upload: Option<&mut Transfer>,
    limit: Duration,
) -> Result<IncomingResponse, Answer> {
    let arrived = future.subscribe();
    let nanoseconds = u64::try_from(limit.as_nanos()).unwrap_or(u64::MAX);
    loop {
        let late = subscribe_duration(nanoseconds);
        let mut events = vec![&arrived, &late];
        events.extend(upload.as_ref().and_then(|upload| upload.event()));
        let ready = poll(&events);
        if ready.contains(&0) {
            let outcome = future.get().and_then(Result::ok);
            let outcome = outcome.ok_or_else(|| Answer::unavailable(502, "upstream", None))?;
            return outcome.map_err(|code| of_code(&code));
        }
        if ready.contains(&2) {
            match upload.as_mut().map(|upload| upload.step()) {
                Some(Progress::Moving) => {}
                // A server that takes no more may have answered already.
                Some(Progress::Done | Progress::Broken) | None => upload = None,
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

/// Sends the answer back while the rest of the request still moves.
fn back(
    incoming: &IncomingResponse,
    is_head: bool,
    mut upload: Option<Transfer>,
    out: ResponseOutparam,
) {
    let status = incoming.status();
    let has_body = !is_head && !matches!(status, 204 | 304);
    let headers = incoming
        .headers()
        .entries()
        .into_iter()
        .filter(|(name, _)| {
            // An answer without a body would be measured by the length of the one that it has not.
            goes_back(name) && (has_body || !name.eq_ignore_ascii_case("content-length"))
        });
    let Some((response, to)) = response::head(status, headers) else {
        return ResponseOutparam::set(out, Err(ErrorCode::InternalError(None)));
    };
    let download = incoming
        .consume()
        .ok()
        .and_then(|from| Transfer::new(from, to, None));
    ResponseOutparam::set(out, Ok(response));
    let Some(mut download) = download else { return };
    let mut is_uploading = true;
    while let Some(event) = download.event() {
        let mut events = vec![event];
        events.extend(
            upload
                .as_ref()
                .and_then(Transfer::event)
                .filter(|_| is_uploading),
        );
        let ready = poll(&events);
        if ready.contains(&0) && download.step() != Progress::Moving {
            return;
        }
        if ready.contains(&1) {
            let step = upload.as_mut().map(Transfer::step);
            is_uploading = step == Some(Progress::Moving);
        }
    }
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
