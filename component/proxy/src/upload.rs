//! What goes along with a request: nothing, something small that can be sent again, or a stream.

use std::time::Duration;

use protocol::edge::answer::Answer;

use crate::bindings::wasi::clocks::monotonic_clock::subscribe_duration;
use crate::bindings::wasi::http::types::IncomingRequest;
use crate::bindings::wasi::io::poll::poll;
use crate::bindings::wasi::io::streams::StreamError;
use crate::request::Received;

/// So much is held where it may be sent twice; what APIs are sent is mostly smaller.
const MOST_HELD: u64 = 64 * 1024;

/// The body of a request on its way.
pub(crate) enum Upload {
    Nothing,
    Held(Vec<u8>),
    Stream(IncomingRequest),
    /// Somebody brings it piece by piece.
    Brought,
}

impl Upload {
    /// The body of this request; `is_to_last` asks for one that can be sent again, where that is small. A caller has `patience` for each
    /// piece of it.
    pub(crate) fn of(
        received: &Received,
        request: IncomingRequest,
        is_to_last: bool,
        patience: Duration,
    ) -> Result<Self, Answer> {
        if !received.has_body() {
            return Ok(Self::Nothing);
        }
        match held_length(received, is_to_last) {
            Some(length) => read(&request, length, patience).map(Self::Held),
            None => Ok(Self::Stream(request)),
        }
    }

    /// The same again, as long as it is still there.
    pub(crate) fn again(&self) -> Option<Self> {
        match self {
            Self::Nothing => Some(Self::Nothing),
            Self::Held(bytes) => Some(Self::Held(bytes.clone())),
            Self::Stream(_) | Self::Brought => None,
        }
    }
}

/// How long a body is that is held as a whole, because it may have to be sent again.
pub(crate) fn held_length(received: &Received, is_to_last: bool) -> Option<u64> {
    let length = received.length();
    length.filter(|length| is_to_last && *length <= MOST_HELD)
}

pub(crate) fn cut_off() -> Answer {
    Answer::refused(400, "body", "the request's body ended early")
}

pub(crate) fn too_slow() -> Answer {
    Answer::refused(408, "body", "the request's body takes too long")
}

fn read(request: &IncomingRequest, length: u64, patience: Duration) -> Result<Vec<u8>, Answer> {
    let body = request.consume().map_err(|()| cut_off())?;
    let source = body.stream().map_err(|()| cut_off())?;
    let nanoseconds = u64::try_from(patience.as_nanos()).unwrap_or(u64::MAX);
    let mut held = Vec::new();
    loop {
        let (more, late) = (source.subscribe(), subscribe_duration(nanoseconds));
        if poll(&[&more, &late]) == [1] {
            return Err(too_slow());
        }
        match source.read(MOST_HELD) {
            Ok(piece) => held.extend(piece),
            Err(StreamError::Closed) => break,
            Err(StreamError::LastOperationFailed(_)) => return Err(cut_off()),
        }
        if u64::try_from(held.len()).unwrap_or(u64::MAX) > length {
            break;
        }
    }
    match u64::try_from(held.len()) {
        Ok(found) if found == length => Ok(held),
        _ => Err(cut_off()),
    }
}
