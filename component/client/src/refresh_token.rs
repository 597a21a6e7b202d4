//! The next token without a person (RFC 6749 section 6).

use protocol::grant::refresh_token::{RefreshFailure, RefreshToken, judge_failure, rotated};
use protocol::refusal::error::Error as ProtocolError;
use protocol::request::claims::Claims;
use protocol::token::response::TokenResponse;
use protocol::value::secret::Secret;

use crate::error::Error;
use crate::exchange::{self, Exchange, Fault, Peer};
use crate::notices::Notices;
use crate::order::Order;
use crate::randomness;
use crate::token_request::token_request;

/// How far it goes without a person.
pub(crate) enum Silent {
    /// All the way.
    Token(Box<TokenResponse>),
    /// Only a person can go on; the server may have said why.
    NeedsPerson(Option<ProtocolError>),
}

/// Redeems the refresh token.
pub(crate) fn token(
    order: &Order,
    refresh_token: &Secret,
    notices: &mut Notices,
) -> Result<Silent, Error> {
    let correlation_id = randomness::correlation_id();
    let grant = RefreshToken::new(refresh_token)?;
    let answer = exchange::token(order, Exchange::repeatable(Peer::Authority), &mut || {
        let claims = order.claims.as_ref();
        token_request(order, &grant, claims, correlation_id, notices)
    });
    match answer {
        Ok(mut response) => {
            response.refresh_token = rotated(Some(refresh_token.clone()), response.refresh_token);
            Ok(Silent::Token(Box::new(response)))
        }
        Err(Fault::Answer(error, tries)) => match judge_failure(&error) {
            RefreshFailure::SignInAgain | RefreshFailure::NeedsPerson => {
                Ok(Silent::NeedsPerson(Some(error)))
            }
            RefreshFailure::Keep => Err(Fault::Answer(error, tries).into_error(order)),
        },
        Err(fault) => Err(fault.into_error(order)),
    }
}

/// What a server that refused wants of the person.
pub(crate) fn challenge(error: ProtocolError) -> Option<Claims> {
    match error {
        ProtocolError::Refused(refusal) => refusal.claims,
        ProtocolError::Unacceptable(_) | ProtocolError::Impossible(_) => None,
    }
}
