//! A request and its answer, repeated where `protocol` says so.

use protocol::exchange::answer::MAX_BODY_SIZE;
use protocol::exchange::retry::{self, Retry};
use protocol::refusal::error::Error as ProtocolError;
use protocol::token::response::TokenResponse;
use protocol::value::time::Timestamp;

use crate::clock::{self, Deadline};
use crate::error::{Error, of_protocol};
use crate::network::{self, Incoming, Outgoing};
use crate::order::Order;

pub(crate) use protocol::exchange::retry::Exchange;

/// Why there is nothing to show for a request.
pub(crate) enum Fault {
    /// The answer says so.
    Answer(ProtocolError),
    /// There was no answer, or no request.
    Other(Error),
}

impl Fault {
    /// The error to report.
    pub(crate) fn into_error(self, order: &Order) -> Error {
        match self {
            Self::Answer(error) => of_protocol(error, &order.facts()),
            Self::Other(error) => error,
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
    exchange_up_to(MAX_BODY_SIZE, &order.deadline, kind, request, read)
}

/// The same for an answer of at most `limit` bytes, whoever asks.
pub(crate) fn exchange_up_to<T>(
    limit: usize,
    deadline: &Deadline,
    kind: Exchange,
    mut request: impl FnMut() -> Result<Outgoing, Error>,
    read: impl Fn(&Incoming, Timestamp) -> Result<T, ProtocolError>,
) -> Result<T, Fault> {
    let mut attempt = 1;
    loop {
        let request = request().map_err(Fault::Other)?;
        let response = network::exchange(&request, limit, deadline)
            .map_err(|failure| Fault::Other(failure.into()))?;
        let error = match read(&response, clock::now()) {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        match retry::after_error(&error, kind, attempt) {
            Retry::After(span) if deadline.allows_sleep(span) => attempt += 1,
            Retry::After(_) | Retry::GiveUp => return Err(Fault::Answer(error)),
        }
    }
}

/// The same for a request whose answer is a token.
pub(crate) fn token(
    order: &Order,
    kind: Exchange,
    request: impl FnMut() -> Result<Outgoing, Error>,
) -> Result<TokenResponse, Fault> {
    exchange(order, kind, request, |response, now| {
        TokenResponse::from_http(response, now)
    })
}
