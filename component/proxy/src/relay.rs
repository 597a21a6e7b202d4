//! The same proxy for requests that come piece by piece, from who receives them in another form.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use protocol::edge::answer::Answer;

use crate::Proxy;
use crate::bindings::exports::entra_auth::core::relay::{
    AnswerHead, Guest, GuestExchange, Part, Want,
};
use crate::bindings::wasi::clocks::monotonic_clock::now;
use crate::download::Download;
use crate::onward::{self, Onward};
use crate::request::Received;
use crate::setup::Setup;
use crate::upload::{self, Upload};
use crate::upstream::{self, Answered, Sending};

impl Guest for Proxy {
    type Exchange = Exchange;
}

/// A request on its way, and its answer.
pub(crate) struct Exchange(RefCell<Stage>);

/// How far it is.
enum Stage {
    /// The body is held before it goes on, as it may have to be sent again.
    Holding(Passing, Held),
    /// The body goes on as it comes.
    Sending(Passing, Sending),
    /// The server behind answers.
    Answering(AnswerHead, Download),
    /// It is answered here, with this body.
    Ending(AnswerHead, Vec<u8>),
}

/// A request that may pass.
struct Passing {
    setup: Rc<Setup>,
    received: Received,
    onward: Onward,
    /// When something of the body was brought last.
    moved: u64,
}

/// A body that is held.
struct Held {
    bytes: Vec<u8>,
    length: u64,
}

impl GuestExchange for Exchange {
    fn new(received: Received) -> Self {
        Self(RefCell::new(Stage::begin(received)))
    }

    fn wants(&self) -> Want {
        let mut stage = self.0.borrow_mut();
        stage.hurry();
        stage.wants()
    }

    fn send(&self, piece: Vec<u8>) {
        self.0.borrow_mut().send(piece);
    }

    fn end(&self, is_whole: bool) {
        self.0.borrow_mut().end(is_whole);
    }

    fn answer(&self) -> Option<AnswerHead> {
        self.0.borrow_mut().answer()
    }

    fn receive(&self) -> Part {
        self.0.borrow_mut().receive()
    }
}

impl Stage {
    fn begin(received: Received) -> Self {
        let (setup, onward) = match onward::judge(&received) {
            Ok(judged) => judged,
            Err(answer) => return Self::ending(answer),
        };
        let is_to_last = onward.is_to_last();
        let passing = Passing {
            setup,
            received,
            onward,
            moved: now(),
        };
        let held = match passing.received.has_body() {
            false => Some(0),
            true => upload::held_length(&passing.received, is_to_last),
        };
        match held {
            Some(length) => Self::Holding(
                passing,
                Held {
                    bytes: Vec::new(),
                    length,
                },
            ),
            None => match passing.begin() {
                Ok(sending) => Self::Sending(passing, sending),
                Err(answer) => passing.ended(answer),
            },
        }
    }

    fn ending(answer: Answer) -> Self {
        let headers = answer.headers.into_iter();
        let head = AnswerHead {
            status: answer.status,
            headers: headers
                .map(|(name, value)| (name, value.into_bytes()))
                .collect(),
            has_body: !answer.body.is_empty(),
        };
        Self::Ending(head, answer.body.into_bytes())
    }

    fn wants(&mut self) -> Want {
        match self {
            Self::Holding(_, held) if held.is_short() => Want::Piece,
            Self::Sending(_, sending) => sending.wants(),
            Self::Answering(_, download) => download.wants(),
            Self::Holding(..) | Self::Ending(..) => Want::Nothing,
        }
    }

    /// Ends what takes too long.
    fn hurry(&mut self) {
        *self = match self {
            Self::Holding(passing, held) if held.is_short() && passing.is_late() => {
                passing.ended(upload::too_slow())
            }
            Self::Sending(passing, sending) if sending.is_open() && passing.is_late() => {
                passing.ended(sending.late())
            }
            _ => return,
        };
    }

    fn send(&mut self, piece: Vec<u8>) {
        let failed = match self {
            Self::Holding(passing, held) => {
                passing.moved = now();
                held.bytes.extend(piece);
                held.is_long().then(|| passing.ended(upload::cut_off()))
            }
            Self::Sending(passing, sending) => {
                let brought = sending.bring(piece);
                passing.moved = now();
                brought.err().map(|answer| passing.ended(answer))
            }
            Self::Answering(_, download) => {
                download.bring(piece);
                None
            }
            Self::Ending(..) => None,
        };
        if let Some(stage) = failed {
            *self = stage;
        }
    }

    fn end(&mut self, is_whole: bool) {
        match self {
            // It wanted more.
            Self::Holding(passing, _) => *self = passing.ended(upload::cut_off()),
            Self::Sending(_, sending) => sending.end(is_whole),
            Self::Answering(_, download) => download.end(is_whole),
            Self::Ending(..) => {}
        }
    }

    fn answer(&mut self) -> Option<AnswerHead> {
        match self {
            Self::Holding(_, held) if held.is_short() => return None,
            Self::Sending(_, sending) if sending.is_open() && !sending.has_answer() => return None,
            Self::Holding(..) | Self::Sending(..) => self.wait(),
            Self::Answering(..) | Self::Ending(..) => {}
        }
        match self {
            Self::Answering(head, _) | Self::Ending(head, _) => Some(head.clone()),
            Self::Holding(..) | Self::Sending(..) => None,
        }
    }

    /// Waits for the answer.
    fn wait(&mut self) {
        let unfinished = Self::ending(upstream::impossible());
        *self = match std::mem::replace(self, unfinished) {
            Self::Holding(passing, held) => {
                let upload = match held.length {
                    0 => Upload::Nothing,
                    _ => Upload::Held(held.bytes),
                };
                let Passing {
                    setup,
                    received,
                    onward,
                    ..
                } = &passing;
                let answered = upstream::exchange(setup, received, onward, upload);
                passing.answered(answered)
            }
            Self::Sending(passing, sending) => {
                let answered = sending.wait();
                if let Ok(answered) = &answered {
                    passing.onward.passed(answered.head.status);
                }
                passing.answered(answered)
            }
            stage @ (Self::Answering(..) | Self::Ending(..)) => stage,
        };
    }

    fn receive(&mut self) -> Part {
        match self {
            Self::Answering(_, download) => download.receive(),
            Self::Ending(_, body) if !body.is_empty() => Part::Piece(std::mem::take(body)),
            Self::Ending(..) => Part::End,
            // There is no answer yet.
            Self::Holding(..) | Self::Sending(..) => Part::None,
        }
    }
}

impl Passing {
    fn is_late(&self) -> bool {
        let waited = Duration::from_nanos(now().saturating_sub(self.moved));
        waited > self.setup.configuration.upstream_timeout
    }

    /// Begins to send it on, with a body that is still to be brought.
    fn begin(&self) -> Result<Sending, Answer> {
        let Self {
            setup,
            received,
            onward,
            ..
        } = self;
        Sending::begin(setup, received, &onward.forward, Upload::Brought)
    }

    fn answered(&self, answered: Result<Answered, Answer>) -> Stage {
        match answered {
            Ok(answered) => {
                let (head, download) = Download::of(answered, self.received.is_head());
                Stage::Answering(head, download)
            }
            Err(answer) => self.ended(answer),
        }
    }

    fn ended(&self, answer: Answer) -> Stage {
        Stage::ending(self.onward.ended(answer))
    }
}

impl Held {
    fn is_short(&self) -> bool {
        self.brought() < self.length
    }

    fn is_long(&self) -> bool {
        self.brought() > self.length
    }

    fn brought(&self) -> u64 {
        u64::try_from(self.bytes.len()).unwrap_or(u64::MAX)
    }
}
