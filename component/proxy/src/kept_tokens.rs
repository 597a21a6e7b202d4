//! Tokens of this proxy's own identities, kept for moments: between two requests of one second nothing changes.
//!
//! The token logic renews each in time and knows what was forgotten, and is asked again soon.

use std::cell::RefCell;

use protocol::edge::configuration::identity::Attach;

use crate::bindings::entra_auth::core::tokens::Token;
use crate::bindings::wasi::clocks::monotonic_clock::now;

/// In nanoseconds.
const MOMENTS: u64 = 5_000_000_000;

/// In seconds. In its last ten minutes some request renews a token, so none is kept from asking.
const LAST: u64 = 605;

struct Kept {
    attach: Attach,
    token: String,
    until: u64,
}

thread_local! {
    /// One for each identity and its scopes, of which a configuration has a few.
    static KEPT: RefCell<Vec<Kept>> = const { RefCell::new(Vec::new()) };
}

/// The token that was got a moment ago.
pub(crate) fn find(attach: &Attach) -> Option<String> {
    KEPT.with_borrow(|kept| {
        let kept = kept.iter().find(|kept| kept.attach == *attach)?;
        (now() < kept.until).then(|| kept.token.clone())
    })
}

/// Keeps one for the next moments.
pub(crate) fn keep(attach: &Attach, token: &Token) {
    forget(attach);
    if token.expires_in <= LAST {
        return;
    }
    KEPT.with_borrow_mut(|kept| {
        kept.push(Kept {
            attach: attach.clone(),
            token: token.access_token.clone(),
            until: now().saturating_add(MOMENTS),
        });
    });
}

/// One that a server does not take.
pub(crate) fn forget(attach: &Attach) {
    KEPT.with_borrow_mut(|kept| kept.retain(|kept| kept.attach != *attach));
}
