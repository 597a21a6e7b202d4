//! `/{tenant}/oauth2/v2.0/logout`: where applications send people to sign out (OpenID Connect
//! RP-Initiated Logout 1.0 section 2).

use http::{Response, StatusCode};

use crate::exchange::incoming::Incoming;
use crate::person::{page::Page, session};

/// Ends the browser's session.
pub(crate) fn answer(incoming: &mut Incoming<'_>) -> Response<Vec<u8>> {
    if let Some((name, _)) = session::current(incoming) {
        incoming.remembered.sessions.take(&name);
    }
    let mut response = Page::new("You signed out")
        .text("It is a good idea to close this window.")
        .response(StatusCode::OK, &incoming.exchange);
    session::forget(&mut response, incoming.exchange.origin);
    response
}
