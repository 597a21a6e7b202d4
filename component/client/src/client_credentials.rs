//! A token for the application itself (RFC 6749 section 4.4).

use protocol::grant::client_credentials::ClientCredentialsRequest;
use protocol::token::response::TokenResponse;

use crate::authentication::{authenticate, exchange_kind};
use crate::error::Error;
use crate::exchange;
use crate::notices::Notices;
use crate::order::Order;
use crate::randomness;

/// Asks for the token.
pub(crate) fn token(order: &Order, notices: &mut Notices) -> Result<TokenResponse, Error> {
    let correlation_id = randomness::correlation_id();
    exchange::token(order, exchange_kind(order), || {
        let mut request = ClientCredentialsRequest::new(
            order.authority(),
            &order.client_id,
            authenticate(order, notices)?,
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
