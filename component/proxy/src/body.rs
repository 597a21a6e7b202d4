//! A body on its way from one side to the other, a piece at a time: memory does not grow with it.

use crate::bindings::exports::entra_auth::core::relay::Want;
use crate::bindings::wasi::http::types::{IncomingBody, OutgoingBody};
use crate::bindings::wasi::io::poll::Pollable;
use crate::bindings::wasi::io::streams::{InputStream, OutputStream, StreamError};

/// How much is held at once.
pub(crate) const PIECE: u64 = 16 * 1024;

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// There is more to come.
    Moving,
    /// All of it arrived.
    Done,
    /// One of the sides broke off.
    Broken,
    /// There is more than is taken.
    TooLong,
}

/// Both sides of a body. Streams go before the bodies that they belong to, and what waits for streams before those: an engine
/// traps otherwise.
pub(crate) struct Transfer {
    /// Made when somebody waits for them.
    readable: Option<Pollable>,
    writable: Option<Pollable>,
    source: Option<InputStream>,
    sink: Option<OutputStream>,
    from: Option<IncomingBody>,
    to: Option<OutgoingBody>,
    held: Vec<u8>,
    left: Option<u64>,
    /// How much still comes, where it was announced.
    to_come: Option<u64>,
    /// Whether somebody brings more of it.
    is_open: bool,
}

impl Transfer {
    /// Begins; at most `limit` bytes are moved.
    pub(crate) fn new(from: IncomingBody, to: OutgoingBody, limit: Option<u64>) -> Option<Self> {
        let source = from.stream().ok()?;
        let sink = to.write().ok()?;
        Some(Self {
            readable: None,
            writable: None,
            source: Some(source),
            sink: Some(sink),
            from: Some(from),
            to: Some(to),
            held: Vec::new(),
            left: limit,
            to_come: None,
            is_open: false,
        })
    }

    /// The same, of this length: its end need not be looked for.
    pub(crate) fn of_length(mut self, length: Option<u64>) -> Self {
        self.to_come = length;
        self
    }

    /// One that is here already.
    pub(crate) fn held(bytes: Vec<u8>, to: OutgoingBody) -> Option<Self> {
        Some(Self {
            readable: None,
            writable: None,
            source: None,
            sink: Some(to.write().ok()?),
            from: None,
            to: Some(to),
            held: bytes,
            left: None,
            to_come: None,
            is_open: false,
        })
    }

    /// One that is brought piece by piece; at most `limit` bytes are moved.
    pub(crate) fn brought(to: OutgoingBody, limit: Option<u64>) -> Option<Self> {
        let mut transfer = Self::held(Vec::new(), to)?;
        transfer.left = limit;
        transfer.is_open = true;
        Some(transfer)
    }

    /// Takes a piece.
    pub(crate) fn bring(&mut self, piece: Vec<u8>) -> Progress {
        match self.count(&piece) {
            true => {
                self.held.extend(piece);
                Progress::Moving
            }
            false => Progress::TooLong,
        }
    }

    /// Says that nothing more is brought.
    pub(crate) fn end(mut self) {
        self.finish();
    }

    /// Whether a piece waits for its turn.
    pub(crate) fn holds(&self) -> bool {
        !self.held.is_empty()
    }

    /// What to wait for before the next step; nothing when it is over.
    pub(crate) fn event(&mut self) -> Option<&Pollable> {
        if self.held.is_empty() {
            let source = self.source.as_ref()?;
            Some(self.readable.get_or_insert_with(|| source.subscribe()))
        } else {
            let sink = self.sink.as_ref()?;
            Some(self.writable.get_or_insert_with(|| sink.subscribe()))
        }
    }

    /// Moves all of the rest and waits where it has to: for when nothing else moves.
    pub(crate) fn run(mut self) {
        loop {
            let before = self.held.len();
            let step = match before {
                0 => self.read(InputStream::blocking_read),
                _ => self.write(),
            };
            if step != Progress::Moving {
                return;
            }
            let has_no_room = before > 0 && self.held.len() == before;
            if has_no_room && let Some(event) = self.event() {
                event.block();
            }
        }
    }

    /// Moves what can be moved without waiting.
    pub(crate) fn step(&mut self) -> Progress {
        if self.held.is_empty() {
            self.read(InputStream::read)
        } else {
            self.write()
        }
    }

    fn read(&mut self, read: fn(&InputStream, u64) -> Result<Vec<u8>, StreamError>) -> Progress {
        let Some(source) = &self.source else {
            return Progress::Done;
        };
        match read(source, PIECE) {
            Ok(piece) => {
                if !self.count(&piece) {
                    return Progress::TooLong;
                }
                self.held = piece;
                Progress::Moving
            }
            Err(StreamError::Closed) => self.finish(),
            Err(StreamError::LastOperationFailed(_)) => Progress::Broken,
        }
    }

    /// Whether that much more is still taken.
    fn count(&mut self, piece: &[u8]) -> bool {
        let length = u64::try_from(piece.len()).unwrap_or(u64::MAX);
        if let Some(to_come) = &mut self.to_come {
            *to_come = to_come.saturating_sub(length);
        }
        let Some(left) = &mut self.left else {
            return true;
        };
        match left.checked_sub(length) {
            Some(rest) => {
                *left = rest;
                true
            }
            None => false,
        }
    }

    fn write(&mut self) -> Progress {
        let Some(sink) = &self.sink else {
            return Progress::Broken;
        };
        let Ok(room) = sink.check_write() else {
            return Progress::Broken;
        };
        let room = usize::try_from(room).unwrap_or(usize::MAX);
        let length = room.min(self.held.len());
        if length == 0 {
            return Progress::Moving;
        }
        let rest = self.held.split_off(length);
        let piece = std::mem::replace(&mut self.held, rest);
        if sink.write(&piece).is_err() {
            return Progress::Broken;
        }
        // There is nothing to wait for where nothing more can come.
        if self.held.is_empty() && self.is_last() {
            return self.finish();
        }
        // Somebody may wait for this piece before the next one comes.
        match sink.flush() {
            Ok(()) => Progress::Moving,
            Err(_) => Progress::Broken,
        }
    }

    fn is_last(&self) -> bool {
        self.to_come == Some(0) || self.source.is_none() && !self.is_open
    }

    /// Says that the body is whole.
    fn finish(&mut self) -> Progress {
        self.close();
        let finished = self.to.take().map(|body| OutgoingBody::finish(body, None));
        match finished {
            Some(Ok(())) => Progress::Done,
            Some(Err(_)) | None => Progress::Broken,
        }
    }

    fn close(&mut self) {
        self.readable = None;
        self.writable = None;
        self.source = None;
        self.sink = None;
        self.from = None;
    }
}

/// What is wanted of a body that is brought; what of it waits is moved on first.
pub(crate) fn wants(upload: &mut Option<Transfer>) -> Want {
    let Some(moving) = upload else {
        return Want::Nothing;
    };
    if !moving.holds() {
        return Want::Piece;
    }
    match moving.step() {
        Progress::Moving if moving.holds() => Want::Time,
        Progress::Moving => Want::Piece,
        // A server that takes no more may have answered already.
        Progress::Done | Progress::Broken | Progress::TooLong => {
            *upload = None;
            Want::Nothing
        }
    }
}

impl Drop for Transfer {
    /// A body that is not whole is dropped without having been finished, so that the other side learns it.
    fn drop(&mut self) {
        self.close();
        self.to = None;
    }
}
