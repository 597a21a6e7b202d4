//! `/`: what somebody sees who opens the emulator's address in a browser.

use http::{Response, StatusCode};

use crate::exchange::incoming::Incoming;
use crate::person::page::Page;
use crate::tenant::overview::Entry;

/// The tenant's people, clients and APIs, and where to go from here.
pub(crate) fn answer(incoming: &Incoming<'_>) -> Response<Vec<u8>> {
    let origin = incoming.exchange.origin;
    let entries = incoming.tenant.overview();
    let rows = entries
        .iter()
        .map(|Entry { kind, name, note }| [*kind, name.as_str(), note.as_str()]);
    Page::new("A tenant to try with")
        .text(&format!(
            "Programs reach it with the authority {origin}, such as entra-auth-cli with \
             --authority {origin}. Nothing here is secret, and its tokens are worth nothing elsewhere."
        ))
        .table(rows)
        .text(&format!(
            "The API api://your-api-id answers below {origin}/your-api/ and says who called."
        ))
        .link(
            "/common/oauth2/deviceauth",
            "Enter the code that a device shows",
        )
        .response(StatusCode::OK, &incoming.exchange)
}
