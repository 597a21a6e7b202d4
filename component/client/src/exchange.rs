//! A request and its answer, repeated where `protocol` says so.

use std::time::Duration;

use protocol::exchange::answer::MAX_BODY_SIZE;
use protocol::exchange::retry::{self, Attempts, LONGEST_ATTEMPT, Outcome, Repetition, Retry};
use protocol::exchange::server_time::may_be_the_clock;
use protocol::refusal::error::Error as ProtocolError;
use protocol::token::response::TokenResponse;
use protocol::value::time::Timestamp;

use crate::clock::{self, Deadline, Stopwatch};
use crate::error::{Error, Failure, Tries, of_protocol};
use crate::network::{self, Incoming, Lost, Outgoing};
use crate::order::Order;
use crate::randomness;

pub(crate) use protocol::exchange::retry::Exchange;
pub(crate) use protocol::refusal::peer::Peer;

/// Why there is nothing to show for a request.
pub(crate) enum Fault {
    /// The answer says so.
    Answer(ProtocolError, Tries),
    /// There was no answer.
    Lost(Lost, Tries),
    /// There was no request.
    Other(Error),
}

impl Fault {
    /// The error to report.
    pub(crate) fn into_error(self, order: &Order) -> Error {
        match self {
            Self::Answer(error, tries) => tries.told_in(of_protocol(error, &order.facts())),
            Self::Lost(lost, tries) => tries.told_in(lost.failure.into()),
            Self::Other(error) => error,
        }
    }
}

/// For whom a request is sent.
#[derive(Clone, Copy)]
pub(crate) enum Sender<'a> {
    /// For one who proves who it is, and whose secrets must not come back.
    Order(&'a Order),
    /// For nobody in particular: documents that everybody may read.
    Anybody(&'a Deadline),
}

impl Sender<'_> {
    fn deadline(&self) -> &Deadline {
        match self {
            Self::Order(order) => &order.deadline,
            Self::Anybody(deadline) => deadline,
        }
    }

    /// How long a request may take at most, if nobody waits for it.
    fn hurry(&self) -> Option<Duration> {
        match self {
            Self::Order(order) => order.hurry(),
            Self::Anybody(_) => None,
        }
    }

    /// Takes from an answer how far this computer's clock is off; true if that is news, and the sender signs by that clock.
    fn learns_clock(&self, kind: Exchange, response: &Incoming) -> bool {
        match self {
            Self::Order(order) if kind.peer == Peer::Authority => {
                order.learn_clock(response) && order.signs()
            }
            Self::Order(_) | Self::Anybody(_) => false,
        }
    }
}

/// Sends a request and reads the answer; sends another as long as `protocol` says that this may help. Each is made anew, with
/// a proof of its own.
pub(crate) fn exchange<T>(
    order: &Order,
    kind: Exchange,
    request: impl FnMut() -> Result<Outgoing, Error>,
    read: impl Fn(&Incoming, Timestamp) -> Result<T, ProtocolError>,
) -> Result<T, Fault> {
    exchange_up_to(MAX_BODY_SIZE, Sender::Order(order), kind, request, read)
}

/// The same for an answer of at most `limit` bytes.
pub(crate) fn exchange_up_to<T>(
    limit: usize,
    sender: Sender<'_>,
    kind: Exchange,
    mut request: impl FnMut() -> Result<Outgoing, Error>,
    read: impl Fn(&Incoming, Timestamp) -> Result<T, ProtocolError>,
) -> Result<T, Fault> {
    let mut course = Course::begin(sender, kind);
    loop {
        let request = request().map_err(Fault::Other)?;
        let failed = match course.send(&request, limit) {
            Ok(answer) => match read(&answer.response, clock::now()) {
                Ok(value) => return Ok(value),
                Err(error) => Failed::Answered {
                    is_for_the_clock: answer.tells_time && may_be_the_clock(&error),
                    error,
                },
            },
            Err(lost) => Failed::Unanswered(lost),
        };
        course.go_on(failed)?;
    }
}

/// An exchange, whatever is asked.
struct Course<'a> {
    sender: Sender<'a>,
    kind: Exchange,
    stopwatch: Stopwatch,
    /// Which request is the last so far.
    count: u32,
}

/// What came of one attempt, before anybody has read it.
struct Answer {
    response: Incoming,
    /// Whether it taught something of the clock by which the sender signs.
    tells_time: bool,
}

/// What came of one attempt, if it was nothing good.
enum Failed {
    Answered {
        error: ProtocolError,
        /// Whether a proof made by the server's clock is worth a try.
        is_for_the_clock: bool,
    },
    Unanswered(Lost),
}

impl<'a> Course<'a> {
    fn begin(sender: Sender<'a>, kind: Exchange) -> Self {
        Self {
            sender,
            kind: sender.hurry().map_or(kind, |_| Exchange::once(kind.peer)),
            stopwatch: Stopwatch::start(),
            count: 1,
        }
    }

    fn send(&self, request: &Outgoing, limit: usize) -> Result<Answer, Lost> {
        let deadline = self.sender.deadline().within(match self.kind.repetition {
            Repetition::Harmless => Some(LONGEST_ATTEMPT),
            Repetition::Forbidden => self.sender.hurry(),
        });
        let response = once(self.sender, request, limit, &deadline, self.count)?;
        Ok(Answer {
            tells_time: self.sender.learns_clock(self.kind, &response),
            response,
        })
    }

    /// Waits for the time of the next attempt; fails if there is none.
    fn go_on(&mut self, failed: Failed) -> Result<(), Fault> {
        if failed.is_for_the_clock() && self.kind.repetition == Repetition::Harmless {
            self.count += 1;
            return Ok(());
        }
        let attempts = Attempts {
            count: self.count,
            elapsed: self.stopwatch.elapsed(),
            remaining: self.sender.deadline().left(),
        };
        match retry::after(failed.outcome(), self.kind, attempts, randomness::number()) {
            Retry::After(pause) if self.sender.deadline().allows_sleep(pause) => {
                self.count += 1;
                Ok(())
            }
            Retry::After(_) | Retry::GiveUp => Err(failed.into_fault(Tries {
                count: self.count,
                elapsed: self.stopwatch.elapsed(),
            })),
        }
    }
}

/// One request and its answer, without the secrets that this call has sent so far: whatever an answer says may be shown.
pub(crate) fn once(
    sender: Sender<'_>,
    request: &Outgoing,
    limit: usize,
    deadline: &Deadline,
    attempt: u32,
) -> Result<Incoming, Lost> {
    let Sender::Order(order) = sender else {
        return network::exchange(request, limit, deadline, attempt);
    };
    order.secrets.borrow_mut().note(request);
    let secrets = order.secrets.borrow();
    match network::exchange(request, limit, deadline, attempt) {
        Ok(mut response) => {
            // Nothing of one that is too large is read.
            if response.body().len() <= limit {
                secrets.remove_from(&mut response);
            }
            Ok(response)
        }
        Err(lost) => Err(Lost {
            failure: Failure {
                message: secrets.removed_from(&lost.failure.message),
                ..lost.failure
            },
            ..lost
        }),
    }
}

impl Failed {
    const fn is_for_the_clock(&self) -> bool {
        matches!(
            self,
            Self::Answered {
                is_for_the_clock: true,
                ..
            }
        )
    }

    fn outcome(&self) -> Outcome<'_> {
        match self {
            Self::Answered { error, .. } => Outcome::Answered(error),
            Self::Unanswered(lost) => Outcome::Unanswered(lost.silence),
        }
    }

    fn into_fault(self, tries: Tries) -> Fault {
        match self {
            Self::Answered { error, .. } => Fault::Answer(error, tries),
            Self::Unanswered(lost) => Fault::Lost(lost, tries),
        }
    }
}

/// The same for a request whose answer is a token.
pub(crate) fn token(
    order: &Order,
    kind: Exchange,
    request: &mut dyn FnMut() -> Result<Outgoing, Error>,
) -> Result<TokenResponse, Fault> {
    exchange(order, kind, request, |response, now| {
        TokenResponse::from_http(response, now)
    })
}
