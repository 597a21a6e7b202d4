//! A token from the platform that this program runs on.

use std::time::Duration;

use protocol::exchange::answer::MAX_BODY_SIZE;
use protocol::exchange::retry::Silence;
use protocol::grant::managed_identity::{Answer, ManagedIdentityRequest, PROBE_PAUSE, PROBE_TIME};
use protocol::refusal::error::Error as ProtocolError;
use protocol::token::response::TokenResponse;

use crate::bindings::entra_auth::core::arc_agent;
use crate::clock::Stopwatch;
use crate::error::{Capability, Error, Failure, Fault, Tries, with_hint};
use crate::exchange::{self, Exchange, Sender, exchange, once};
use crate::order::Order;

/// Asks for the token, with the proof that Azure Arc wants if it wants one.
pub(crate) fn token(
    order: &Order,
    request: &ManagedIdentityRequest,
    patience: Option<Duration>,
) -> Result<TokenResponse, Error> {
    probe(order, request, patience)?;
    let mut request = request.clone();
    loop {
        let answer = exchange(
            order,
            Exchange::repeatable(request.peer()),
            || Ok(request.to_http()?),
            |response, now| request.read(response, now),
        )
        .map_err(|fault| explained(fault, &request, order))?;
        match answer {
            Answer::Token(token) => return Ok(*token),
            // A request with a key never gets this answer.
            Answer::KeyWanted(path) => {
                request = request.with_arc_key(&arc_agent::read_key(&path)?)?;
            }
        }
    }
}

/// Gives up soon where there is no metadata service, because a connection attempt would take its time to fail. Whoever says how
/// long to wait is believed: the service may be starting.
fn probe(
    order: &Order,
    request: &ManagedIdentityRequest,
    patience: Option<Duration>,
) -> Result<(), Error> {
    let Some(probe) = request.to_probe() else {
        return Ok(());
    };
    let stopwatch = Stopwatch::start();
    let deadline = order.deadline.within(Some(patience.unwrap_or(PROBE_TIME)));
    let mut count = 1;
    loop {
        let Err(lost) = once(
            Sender::Order(order),
            &probe,
            MAX_BODY_SIZE,
            &deadline,
            count,
        ) else {
            return Ok(());
        };
        match lost.silence {
            // Somebody is there.
            Silence::BrokenOff => return Ok(()),
            Silence::Lasting => return Err(lost.failure.into()),
            Silence::Unreachable | Silence::TimedOut if deadline.allows_sleep(PROBE_PAUSE) => {
                count += 1;
            }
            Silence::Unreachable | Silence::TimedOut => {
                let elapsed = stopwatch.elapsed();
                return Err(Tries { count, elapsed }.told_in(nobody_there(&lost.failure)));
            }
        }
    }
}

fn explained(fault: exchange::Fault, request: &ManagedIdentityRequest, order: &Order) -> Error {
    let hint = match &fault {
        exchange::Fault::Answer(ProtocolError::Refused(refusal), _) => request.advice(refusal),
        exchange::Fault::Lost(lost, _) if lost.silence == Silence::Unreachable => {
            Some(NOT_UP.to_owned())
        }
        exchange::Fault::Answer(..) | exchange::Fault::Lost(..) | exchange::Fault::Other(_) => {
            return fault.into_error(order);
        }
    };
    with_hint(fault.into_error(order), hint)
}

/// The environment vouches for the endpoint.
const NOT_UP: &str = "the environment names it as the platform's identity endpoint, which may still be starting; if it stays so, check `IDENTITY_ENDPOINT` and `MSI_ENDPOINT`";

fn nobody_there(failure: &Failure) -> Error {
    Error::CapabilityFailed(Failure {
        capability: Capability::Network,
        fault: Fault::Unreachable,
        message: format!(
            "there is no managed identity here: {}",
            failure.message
        ),
        hint: Some(
            "managed identities are for programs that run in Azure; elsewhere use another flow or credential; on a machine that has only just started allow more time with `--timeout`"
                .to_owned(),
        ),
    })
}
