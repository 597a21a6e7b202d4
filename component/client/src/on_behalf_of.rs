//! A token for an API behind ours, on behalf of whoever called us (RFC 7523).

use protocol::on_behalf_of::OnBehalfOfRequest;
use protocol::secret::Secret;
use protocol::token_response::TokenResponse;

use crate::authentication::{authenticate, exchange_kind};
use crate::error::Error;
use crate::exchange;
use crate::notices::Notices;
use crate::order::Order;
use crate::randomness;

/// Exchanges the incoming token.
pub(crate) fn token(
    order: &Order,
    assertion: &Secret,
    notices: &mut Notices,
) -> Result<TokenResponse, Error> {
    let correlation_id = randomness::correlation_id();
    exchange::token(order, exchange_kind(order), || {
        let mut request = OnBehalfOfRequest::new(
            &order.authority,
            &order.client_id,
            authenticate(order, notices)?,
            assertion,
            &order.scopes,
            correlation_id,
        )?;
        if let Some(claims) = &order.claims {
            request = request.with_claims(claims.clone());
        }
        Ok(request.to_http())
    })
    .map_err(|fault| fault.into_error(order))
}
