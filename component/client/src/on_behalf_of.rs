//! A token for an API behind ours, on behalf of whoever called us (RFC 7523).

use protocol::grant::on_behalf_of::OnBehalfOf;
use protocol::token::response::TokenResponse;
use protocol::value::secret::Secret;

use crate::error::Error;
use crate::exchange::{self, Exchange, Peer};
use crate::notices::Notices;
use crate::order::Order;
use crate::randomness;
use crate::token_request::token_request;

/// Exchanges the incoming token.
pub(crate) fn token(
    order: &Order,
    assertion: &Secret,
    notices: &mut Notices,
) -> Result<TokenResponse, Error> {
    let correlation_id = randomness::correlation_id();
    let grant = OnBehalfOf::new(assertion)?;
    exchange::token(order, Exchange::repeatable(Peer::Authority), &mut || {
        let claims = order.claims.as_ref();
        token_request(order, &grant, claims, correlation_id, notices)
    })
    .map_err(|fault| fault.into_error(order))
}
