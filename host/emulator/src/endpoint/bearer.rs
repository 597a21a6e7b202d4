//! Tokens that APIs are called with (RFC 6750).

use crate::exchange::incoming::Incoming;
use crate::token::{jws::Jws, signing_key::TENANT_KEY};

/// The request's token, if the API with this client id may accept it; else what is wrong with it.
pub(crate) fn token_for(api: &str, incoming: &Incoming<'_>) -> Result<Jws, &'static str> {
    let token = incoming.bearer().ok_or("Access token is empty.")?;
    let token = Jws::parse(token).ok_or("The token is malformed.")?;
    let key = TENANT_KEY.public_key();
    if !key.is_ok_and(|key| token.is_signed_by(&key)) {
        return Err("The signature of the token is not valid.");
    }
    let audience = incoming.tenant.api(token.claim("aud").unwrap_or_default());
    if audience.is_none_or(|audience| audience.client_id != api) {
        return Err("The audience of the token is not valid.");
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "seconds since 1970 stay far below 2^52"
    )]
    let now = incoming.exchange.now.0 as f64;
    if token.time("exp").is_none_or(|ends| ends <= now) {
        return Err("The lifetime of the token is over.");
    }
    Ok(token)
}
