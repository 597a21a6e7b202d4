//! What a custom authority says about itself, asked before anything else is.

use protocol::authority::discovery::MetadataRequest;

use crate::error::Error;
use crate::exchange::{Exchange, Peer, exchange};
use crate::order::Order;
use crate::randomness;

/// Reads the authority's metadata, unless it is known where its endpoints are.
pub(crate) fn discover(order: &Order) -> Result<(), Error> {
    if !order.authority().needs_metadata() {
        return Ok(());
    }
    ask(order)
}

/// Reads the authority's metadata, whatever is known of it.
pub(crate) fn ask(order: &Order) -> Result<(), Error> {
    let request = MetadataRequest::new(order.authority(), randomness::correlation_id());
    let metadata = exchange(
        order,
        Exchange::repeatable(Peer::Authority),
        || Ok(request.to_http()?),
        |response, now| request.read(response, now),
    )
    .map_err(|fault| fault.into_error(order))?;
    order.discovered(metadata);
    Ok(())
}
