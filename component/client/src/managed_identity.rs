//! A token from the platform that this program runs on.

use protocol::exchange::answer::MAX_BODY_SIZE;
use protocol::grant::managed_identity::{Answer, ManagedIdentityRequest, PROBE_TIME};
use protocol::token::response::TokenResponse;

use crate::bindings::entra_auth::core::arc_agent;
use crate::clock::Deadline;
use crate::error::{Capability, Error, Failure, Fault};
use crate::exchange::{Exchange, Sender, exchange, once};
use crate::order::Order;

/// Asks for the token, with the proof that Azure Arc wants if it wants one.
pub(crate) fn token(
    order: &Order,
    request: &ManagedIdentityRequest,
) -> Result<TokenResponse, Error> {
    probe(order, request)?;
    let mut request = request.clone();
    loop {
        let answer = exchange(
            order,
            Exchange::Repeatable,
            || Ok(request.to_http()?),
            |response, now| request.read(response, now),
        )
        .map_err(|fault| fault.into_error(order))?;
        match answer {
            Answer::Token(token) => return Ok(*token),
            // A request with a key never gets this answer.
            Answer::KeyWanted(path) => {
                request = request.with_arc_key(&arc_agent::read_key(&path)?)?;
            }
        }
    }
}

/// Gives up soon where there is no metadata service, because a connection attempt would take its time to fail.
fn probe(order: &Order, request: &ManagedIdentityRequest) -> Result<(), Error> {
    let Some(probe) = request.to_probe() else {
        return Ok(());
    };
    let patience = order.deadline.remaining(PROBE_TIME).min(PROBE_TIME);
    match once(
        Sender::Order(order),
        &probe,
        MAX_BODY_SIZE,
        &Deadline::after(Some(patience)),
    ) {
        Ok(_) => Ok(()),
        Err(failure) if matches!(failure.fault, Fault::TimedOut | Fault::Unreachable) => {
            Err(nobody_there(&failure))
        }
        Err(failure) => Err(failure.into()),
    }
}

fn nobody_there(failure: &Failure) -> Error {
    Error::CapabilityFailed(Failure {
        capability: Capability::Network,
        fault: Fault::Unreachable,
        message: format!(
            "there is no managed identity here: {}",
            failure.message
        ),
        hint: Some(
            "managed identities are for programs that run in Azure; elsewhere use another flow, or another credential"
                .to_owned(),
        ),
    })
}
