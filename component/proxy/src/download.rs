//! The body of an answer that is fetched piece by piece, and what of the request's body is still brought.

use crate::bindings::exports::entra_auth::core::relay::{AnswerHead, Part, Want};
use crate::bindings::wasi::http::types::IncomingBody;
use crate::bindings::wasi::io::streams::{InputStream, StreamError};
use crate::body::{PIECE, Progress, Transfer, wants};
use crate::upstream::Answered;

/// The stream goes before the body that it belongs to: an engine traps otherwise.
pub(crate) struct Download {
    source: Option<InputStream>,
    _from: Option<IncomingBody>,
    upload: Option<Transfer>,
}

impl Download {
    pub(crate) fn of(answered: Answered, is_head: bool) -> (AnswerHead, Self) {
        let has_body = answered.head.has_body(is_head);
        let head = AnswerHead {
            status: answered.head.status,
            headers: answered.head.going_back(has_body),
            has_body,
        };
        let from = answered.incoming.consume().ok().filter(|_| has_body);
        let download = Self {
            source: from.as_ref().and_then(|body| body.stream().ok()),
            _from: from,
            upload: answered.upload,
        };
        (head, download)
    }

    /// What is wanted of the request's body now.
    pub(crate) fn wants(&mut self) -> Want {
        wants(&mut self.upload)
    }

    /// Takes a piece of it.
    pub(crate) fn bring(&mut self, piece: Vec<u8>) {
        let upload = self.upload.as_mut();
        // The server behind has answered, and learns that there is more than it may get.
        if upload.map(|upload| upload.bring(piece)) == Some(Progress::TooLong) {
            self.upload = None;
        }
    }

    /// There is no more of it.
    pub(crate) fn end(&mut self, is_whole: bool) {
        if let Some(upload) = self.upload.take().filter(|_| is_whole) {
            upload.end();
        }
    }

    /// The next part of the answer; waits for it where nothing else moves.
    pub(crate) fn receive(&self) -> Part {
        let Some(source) = &self.source else {
            return Part::End;
        };
        let read = match self.upload {
            Some(_) => source.read(PIECE),
            None => source.blocking_read(PIECE),
        };
        match read {
            Ok(piece) if piece.is_empty() => Part::None,
            Ok(piece) => Part::Piece(piece),
            Err(StreamError::Closed) => Part::End,
            Err(StreamError::LastOperationFailed(_)) => Part::Break,
        }
    }
}
