//! A sign-in on another device (RFC 8628).

use protocol::exchange::answer::MAX_BODY_SIZE;
use protocol::grant::device_code::{
    DeviceAuthorization, DeviceAuthorizationRequest, DevicePoll, LONGEST_POLL, PollStep,
};
use protocol::refusal::error::Error as ProtocolError;
use protocol::request::claims::Claims;
use protocol::token::response::TokenResponse;

use crate::bindings::entra_auth::core::{progress, sign_in};
use crate::clock;
use crate::error::{Error, of_protocol, timed_out};
use crate::exchange::{Exchange, Peer, Sender, exchange, once};
use crate::network::Lost;
use crate::notices::Notices;
use crate::order::Order;
use crate::person::check_account;
use crate::randomness;
use crate::token_request::token_request;

/// Shows a code and waits until the person has typed it elsewhere.
pub(crate) fn token(
    order: &Order,
    claims: Option<&Claims>,
    notices: &mut Notices,
) -> Result<TokenResponse, Error> {
    let correlation_id = randomness::correlation_id();
    let mut request = DeviceAuthorizationRequest::new(
        order.authority(),
        &order.client_id,
        &order.scopes,
        correlation_id,
    )?;
    if let Some(claims) = claims {
        request = request.with_claims(claims.clone());
    }
    let authorization = exchange(
        order,
        Exchange::repeatable(Peer::Authority),
        || Ok(request.to_http()),
        |response, now| DeviceAuthorization::from_http(response, order.authority(), now),
    )
    .map_err(|fault| fault.into_error(order))?;
    show(&authorization)?;
    let mut poll = DevicePoll::new(&authorization);
    let mut pause = poll.first_wait();
    // Why the last question had no answer, if it had none.
    let mut lost = None;
    let mut polls = 0;
    loop {
        drop(progress::waiting("the code to be entered in a browser"));
        if !order.deadline.allows_pause(pause) {
            drop(progress::resumed());
            return Err(match (lost, poll.stumble()) {
                (Some(Lost { failure, .. }), _) => failure.into(),
                (None, Some(error)) => of_protocol(error.clone(), &order.facts()),
                (None, None) => timed_out(
                    "nobody entered the code in time",
                    "start again, or allow more time with `--timeout`",
                ),
            });
        }
        // The challenge was answered at the first request.
        let request = token_request(order, &poll.grant(), None, correlation_id, notices)?;
        let deadline = order.deadline.within(Some(LONGEST_POLL));
        let sender = Sender::Order(order);
        polls += 1;
        let response = match once(sender, &request, MAX_BODY_SIZE, &deadline, polls) {
            Ok(response) => response,
            Err(silent) => match poll.next_without_answer(silent.silence, clock::now()) {
                Some(next) => {
                    pause = next;
                    lost = Some(silent);
                    continue;
                }
                None => {
                    drop(progress::resumed());
                    return Err(silent.failure.into());
                }
            },
        };
        lost = None;
        order.learn_clock(&response);
        let step = poll.next(&response, clock::now());
        if !matches!(step, PollStep::Wait(_)) {
            drop(progress::resumed());
        }
        match step {
            PollStep::Wait(next) => pause = next,
            PollStep::Token(response) => {
                check_account(order, &response)?;
                return Ok(*response);
            }
            PollStep::Failed(error) if is_expired(&error) => {
                return Err(timed_out(
                    "nobody entered the code in time",
                    "start again and enter the new one in time",
                ));
            }
            PollStep::Failed(error) => return Err(of_protocol(error, &order.facts())),
        }
    }
}

/// [RFC 8628 section 3.5](https://www.rfc-editor.org/rfc/rfc8628#section-3.5).
fn is_expired(error: &ProtocolError) -> bool {
    matches!(error, ProtocolError::Refused(refusal) if refusal.error == "expired_token")
}

fn show(authorization: &DeviceAuthorization) -> Result<(), Error> {
    let seconds = u32::try_from(authorization.expires_in.as_secs()).unwrap_or(u32::MAX);
    Ok(sign_in::show_device_code(
        &authorization.verification_uri,
        &authorization.user_code,
        seconds,
    )?)
}
