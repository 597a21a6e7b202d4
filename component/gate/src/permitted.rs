//! Who may be reached: the origins that were permitted so far.

use std::cell::RefCell;

use protocol::authority::cloud::Cloud;
use protocol::directory::graph_host;

use crate::origin::Origin;

thread_local! {
    /// A component has one thread, and its memory ends with the command.
    static PERMITTED: RefCell<Vec<Origin>> = const { RefCell::new(Vec::new()) };
}

/// Permits an authority, and with it the rest of its cloud.
pub(crate) fn add_authority(origin: Origin) {
    cloud_of(&origin).into_iter().for_each(add);
    add(origin);
}

/// Permits an origin alone.
pub(crate) fn add(origin: Origin) {
    PERMITTED.with_borrow_mut(|permitted| permitted.push(origin));
}

/// Whether a request may go there.
pub(crate) fn contains(origin: &Origin) -> bool {
    PERMITTED.with_borrow(|permitted| permitted.contains(origin))
}

/// The other names of the same cloud's sign-in service and its Microsoft Graph.
fn cloud_of(origin: &Origin) -> Vec<Origin> {
    let names = Cloud::of_login_host(origin.host()).map_or(&[][..], Cloud::login_hosts);
    let names = names.iter().copied();
    names
        .chain(graph_host(origin.host()))
        .map(Origin::https)
        .collect()
}
