//! A request and its answer, repeated where `protocol` says so.

use protocol::exchange::answer::MAX_BODY_SIZE;
use protocol::exchange::retry::{self, Retry};
use protocol::refusal::error::Error as ProtocolError;
use protocol::token::response::TokenResponse;
use protocol::value::time::Timestamp;

use crate::clock::{self, Deadline};
use crate::error::{Error, Failure, of_protocol};
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
    let mut attempt = 1;
    loop {
        let request = request().map_err(Fault::Other)?;
        let response = once(sender, &request, limit, sender.deadline())
            .map_err(|failure| Fault::Other(failure.into()))?;
        let error = match read(&response, clock::now()) {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        match retry::after_error(&error, kind, attempt) {
            Retry::After(span) if sender.deadline().allows_sleep(span) => attempt += 1,
            Retry::After(_) | Retry::GiveUp => return Err(Fault::Answer(error)),
        }
    }
}

/// One request and its answer, without the secrets that this call has sent so far: whatever an answer says may be shown.
pub(crate) fn once(
    sender: Sender<'_>,
    request: &Outgoing,
    limit: usize,
    deadline: &Deadline,
) -> Result<Incoming, Failure> {
    let Sender::Order(order) = sender else {
        return network::exchange(request, limit, deadline);
    };
    order.secrets.borrow_mut().note(request);
    let secrets = order.secrets.borrow();
    match network::exchange(request, limit, deadline) {
        Ok(mut response) => {
            secrets.remove_from(&mut response);
            Ok(response)
        }
        Err(failure) => Err(Failure {
            message: secrets.removed_from(&failure.message),
            ..failure
        }),
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
