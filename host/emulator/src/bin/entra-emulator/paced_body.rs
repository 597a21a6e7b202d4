//! A response body that can be cut off.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use hyper::body::{Body, Bytes, Frame, SizeHint};

/// A body of announced length that arrives in whole, or only by half before the connection closes.
pub(crate) struct PacedBody {
    length: u64,
    rest: Rest,
}

enum Rest {
    Cut(Bytes),
    Flushing,
    Gone,
    Nothing,
    Whole(Bytes),
}

impl PacedBody {
    pub(crate) fn new(body: Vec<u8>, cut_off: bool) -> Self {
        let length = body.len() as u64;
        let body = Bytes::from(body);
        let rest = match (cut_off, body.is_empty()) {
            (_, true) => Rest::Nothing,
            (true, false) => Rest::Cut(body.slice(..body.len() / 2)),
            (false, false) => Rest::Whole(body),
        };
        Self { length, rest }
    }
}

impl Body for PacedBody {
    type Data = Bytes;
    type Error = CutOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, CutOff>>> {
        let (next, poll) = match std::mem::replace(&mut self.rest, Rest::Nothing) {
            Rest::Whole(body) => (Rest::Nothing, Poll::Ready(Some(Ok(Frame::data(body))))),
            Rest::Cut(half) => (Rest::Flushing, Poll::Ready(Some(Ok(Frame::data(half))))),
            Rest::Flushing => {
                // The half must leave before the failure does, or the client sees no answer at all.
                context.waker().wake_by_ref();
                (Rest::Gone, Poll::Pending)
            }
            Rest::Gone => (Rest::Nothing, Poll::Ready(Some(Err(CutOff)))),
            Rest::Nothing => (Rest::Nothing, Poll::Ready(None)),
        };
        self.rest = next;
        poll
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.rest, Rest::Nothing)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}

/// Closes the connection.
#[derive(Debug)]
pub(crate) struct CutOff;

impl fmt::Display for CutOff {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("cut off on demand")
    }
}

impl std::error::Error for CutOff {}
