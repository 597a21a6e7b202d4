//! The request to the server behind and its answer, both bodies moving at once.

use std::time::Duration;

use protocol::edge::answer::Answer;
use protocol::edge::decision::Forward;
use protocol::edge::headers::goes_back;

use crate::bindings::exports::entra_auth::core::relay::Want;
use crate::bindings::wasi::clocks::monotonic_clock::subscribe_duration;
use crate::bindings::wasi::http::outgoing_handler::handle;
use crate::bindings::wasi::http::types::{
    ErrorCode, Fields, FutureIncomingResponse, IncomingResponse, Method, OutgoingRequest,
    ResponseOutparam, Scheme,
};
use crate::bindings::wasi::io::poll::poll;
use crate::body::{Progress, Transfer, wants};
use crate::log;
use crate::onward::Onward;
use crate::request::Received;
use crate::response;
use crate::setup::Setup;
use crate::upload::Upload;

/// Status and headers of an answer.
pub(crate) struct Head {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
}

/// An answer that has begun, and what of the request is still on its way.
pub(crate) struct Answered {
    pub(crate) head: Head,
    pub(crate) incoming: IncomingResponse,
    pub(crate) upload: Option<Transfer>,
}

/// Sends the request on and waits for its answer. Where its body can be sent again and the first answer asks for another token, that of
/// the second one counts.
pub(crate) fn exchange(
    setup: &Setup,
    received: &Received,
    onward: &Onward,
    upload: Upload,
) -> Result<Answered, Answer> {
    let kept = upload.again();
    let first = Sending::begin(setup, received, &onward.forward, upload)?.wait()?;
    let again = kept.and_then(|upload| Some((onward.again(setup, received, &first.head)?, upload)));
    let answered = match again {
        None => first,
        Some((forward, upload)) => {
            // Nobody reads the first answer.
            drop(first);
            Sending::begin(setup, received, &forward?, upload)?.wait()?
        }
    };
    onward.passed(answered.head.status);
    Ok(answered)
}

/// A request on its way, which nobody has answered yet.
pub(crate) struct Sending {
    future: FutureIncomingResponse,
    upload: Option<Transfer>,
    limit: Duration,
    /// The address of the server, for the log.
    server: String,
}

impl Sending {
    pub(crate) fn begin(
        setup: &Setup,
        received: &Received,
        forward: &Forward,
        upload: Upload,
    ) -> Result<Self, Answer> {
        let length = match &upload {
            // Where a body is usual, a server may insist on being told that there is none.
            Upload::Nothing => (!received.is_bodiless()).then_some(0),
            Upload::Held(bytes) => Some(bytes.len()),
            Upload::Stream(_) | Upload::Brought => None,
        };
        let outgoing = head(forward, &received.method(), length).ok_or_else(impossible)?;
        let limit = setup.configuration.longest_body;
        let body = || outgoing.body().map_err(|()| impossible());
        let upload = match upload {
            // One that comes all the same goes nowhere.
            Upload::Nothing => None,
            Upload::Held(bytes) => Some(Transfer::held(bytes, body()?)),
            Upload::Stream(request) => {
                let incoming = request.consume().map_err(|()| impossible())?;
                Some(Transfer::new(incoming, body()?, limit))
            }
            Upload::Brought => Some(Transfer::brought(body()?, limit)),
        };
        let upload = upload
            .map(|upload| upload.ok_or_else(impossible))
            .transpose()?;
        let server = &forward.upstream;
        let future = handle(outgoing, None).map_err(|code| of_code(server, &code))?;
        Ok(Self {
            future,
            upload,
            limit: setup.configuration.upstream_timeout,
            server: server.clone(),
        })
    }

    /// Moves the request's body until the answer begins.
    pub(crate) fn wait(mut self) -> Result<Answered, Answer> {
        while !self.turn()? {}
        self.answered()
    }

    /// Takes a piece of the body that is brought, and moves it on, unless the answer begins before.
    pub(crate) fn bring(&mut self, piece: Vec<u8>) -> Result<(), Answer> {
        let upload = self.upload.as_mut();
        if upload.map(|upload| upload.bring(piece)) == Some(Progress::TooLong) {
            return Err(too_long());
        }
        while self.upload.as_ref().is_some_and(Transfer::holds) && !self.turn()? {}
        Ok(())
    }

    /// What is wanted of the body that is brought.
    pub(crate) fn wants(&mut self) -> Want {
        wants(&mut self.upload)
    }

    /// The body that was brought has ended.
    pub(crate) fn end(&mut self, is_whole: bool) {
        if let Some(upload) = self.upload.take().filter(|_| is_whole) {
            upload.end();
        }
    }

    /// Whether more of the body may be brought.
    pub(crate) fn is_open(&self) -> bool {
        self.upload.is_some()
    }

    pub(crate) fn has_answer(&self) -> bool {
        self.future.subscribe().ready()
    }

    /// The answer, which has begun.
    fn answered(self) -> Result<Answered, Answer> {
        let outcome = self.future.get().and_then(Result::ok);
        let incoming = outcome.ok_or_else(impossible)?;
        let incoming = incoming.map_err(|code| of_code(&self.server, &code))?;
        let head = Head {
            status: incoming.status(),
            headers: incoming.headers().entries(),
        };
        Ok(Answered {
            head,
            incoming,
            upload: self.upload,
        })
    }

    /// Waits until something can go on, and says whether that is the answer. The time limit starts anew each time.
    fn turn(&mut self) -> Result<bool, Answer> {
        let arrived = self.future.subscribe();
        let nanoseconds = u64::try_from(self.limit.as_nanos()).unwrap_or(u64::MAX);
        let late = subscribe_duration(nanoseconds);
        let mut events = vec![&arrived, &late];
        events.extend(self.upload.as_mut().and_then(Transfer::event));
        let ready = poll(&events);
        if ready.contains(&0) {
            return Ok(true);
        }
        if ready.contains(&2) {
            match self.upload.as_mut().map(Transfer::step) {
                Some(Progress::Moving) => {}
                // A server that takes no more may have answered already.
                Some(Progress::Done | Progress::Broken) | None => self.upload = None,
                Some(Progress::TooLong) => return Err(too_long()),
            }
        } else if ready.contains(&1) {
            return Err(self.late());
        }
        Ok(false)
    }

    /// Nothing has moved for as long as it may. While a body is on its way, that may be its caller's doing.
    pub(crate) fn late(&self) -> Answer {
        let (what, hint) = match self.upload {
            Some(_) => (
                "is not sent the rest of a request, or does not take it",
                None,
            ),
            None => (
                "does not answer",
                Some("see why it is slow, or raise `upstream-timeout` in `[limits]`"),
            ),
        };
        log::problem(&behind(&self.server, what), hint);
        Answer::unavailable(504, "upstream", None)
    }
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
    // Requests have that one from the start.
    if !matches!(method, Method::Get) {
        outgoing.set_method(method).ok()?;
    }
    outgoing.set_scheme(Some(&scheme)).ok()?;
    outgoing.set_authority(Some(authority)).ok()?;
    outgoing.set_path_with_query(Some(&forward.target)).ok()?;
    Some(outgoing)
}

impl Answered {
    /// Sends the answer back while the rest of the request still moves.
    pub(crate) fn back(self, is_head: bool, out: ResponseOutparam) {
        let has_body = self.head.has_body(is_head);
        let headers = self.head.going_back(has_body);
        let Some((response, to)) = response::head(self.head.status, headers) else {
            return ResponseOutparam::set(out, Err(ErrorCode::InternalError(None)));
        };
        let incoming = self.incoming.consume().ok();
        let length = self.head.length();
        let download = incoming.and_then(|from| Transfer::new(from, to, None));
        ResponseOutparam::set(out, Ok(response));
        if let Some(download) = download {
            both(download.of_length(length), self.upload);
        }
    }
}

impl Head {
    pub(crate) fn has_body(&self, is_head: bool) -> bool {
        !is_head && !matches!(self.status, 204 | 304)
    }

    /// How long the body was announced to be, in the one way that everybody reads alike.
    fn length(&self) -> Option<u64> {
        let headers = self.headers.iter();
        let mut lengths = headers.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let (_, length) = lengths.next().filter(|_| lengths.next().is_none())?;
        std::str::from_utf8(length).ok()?.parse().ok()
    }

    /// The headers as the caller gets them.
    pub(crate) fn going_back(&self, has_body: bool) -> Vec<(String, Vec<u8>)> {
        let headers = self.headers.iter().filter(|(name, _)| {
            // An answer without a body would be measured by the length of the one that it has not.
            goes_back(name) && (has_body || !name.eq_ignore_ascii_case("content-length"))
        });
        headers.cloned().collect()
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

pub(crate) fn impossible() -> Answer {
    Answer::unavailable(502, "upstream", None)
}

fn too_long() -> Answer {
    Answer::refused(413, "body", "the request's body is too large")
}

fn behind(server: &str, what: &str) -> String {
    format!("the server behind, `{server}`, {what}")
}

/// The caller learns no reason, whoever runs the proxy does.
fn of_code(server: &str, code: &ErrorCode) -> Answer {
    let what = match code {
        // The engines' names for that nobody listens.
        ErrorCode::ConnectionRefused | ErrorCode::DestinationUnavailable => {
            "cannot be connected to".to_owned()
        }
        ErrorCode::DnsError(_) | ErrorCode::DnsTimeout => "has a name that is not found".to_owned(),
        ErrorCode::TlsCertificateError => "has a certificate that is not trusted".to_owned(),
        ErrorCode::ConnectionTerminated => "broke the connection off".to_owned(),
        code => format!("cannot be used: {code:?}"),
    };
    log::problem(&behind(server, &what), None);
    let status = match code {
        ErrorCode::ConnectionTimeout
        | ErrorCode::ConnectionReadTimeout
        | ErrorCode::ConnectionWriteTimeout
        | ErrorCode::HttpResponseTimeout => 504,
        _ => 502,
    };
    Answer::unavailable(status, "upstream", None)
}
