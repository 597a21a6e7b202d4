//! A token for the application itself (RFC 6749 section 4.4).

use protocol::grant::client_credentials::ClientCredentials;
use protocol::token::response::TokenResponse;

use crate::error::Error;
use crate::exchange::{self, Exchange, Peer};
use crate::notices::Notices;
use crate::order::Order;
use crate::randomness;
use crate::token_request::token_request;

/// Asks for the token.
pub(crate) fn token(order: &Order, notices: &mut Notices) -> Result<TokenResponse, Error> {
    let correlation_id = randomness::correlation_id();
    exchange::token(order, Exchange::repeatable(Peer::Authority), &mut || {
        let claims = order.claims.as_ref();
        token_request(order, &ClientCredentials, claims, correlation_id, notices)
    })
    .map_err(|fault| fault.into_error(order))
}
