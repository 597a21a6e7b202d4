//! A request for a token, whatever it is granted for.

use protocol::grant::token_request::{Grant, TokenRequest};
use protocol::request::claims::Claims;
use protocol::value::correlation_id::CorrelationId;

use crate::authentication::authenticate;
use crate::error::Error;
use crate::network::Outgoing;
use crate::notices::Notices;
use crate::order::Order;

/// The request, with a proof of its own.
pub(crate) fn token_request(
    order: &Order,
    grant: &dyn Grant,
    claims: Option<&Claims>,
    correlation_id: CorrelationId,
    notices: &mut Notices,
) -> Result<Outgoing, Error> {
    let mut request = TokenRequest::new(
        order.authority(),
        &order.client_id,
        authenticate(order, notices)?,
        &order.scopes,
        grant,
        correlation_id,
    )?;
    if let Some(claims) = claims {
        request = request.with_claims(claims.clone());
    }
    Ok(request.to_http())
}
