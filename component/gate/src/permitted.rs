//! Who may be reached: the origins that were permitted so far.

use std::cell::RefCell;

use protocol::authority::cloud::Cloud;
use protocol::directory::graph_host;

use crate::origin::Origin;

thread_local! {
    /// A component has one thread, and its memory ends with the command.
    static PERMITTED: RefCell<Vec<Origin>> = const { RefCell::new(Vec::new()) };

    /// The address that was found permitted last, as it was written. What is permitted stays so.
    static LAST: RefCell<String> = const { RefCell::new(String::new()) };
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

/// Whether a request may go to this address. A proxy asks for the same one again and again.
pub(crate) fn contains(address: String) -> bool {
    if LAST.with_borrow(|last| *last == address) {
        return true;
    }
    // How far plain http reaches was decided when a place was permitted.
    let is_permitted = Origin::parse_any(&address)
        .is_ok_and(|origin| PERMITTED.with_borrow(|permitted| permitted.contains(&origin)));
    if is_permitted {
        LAST.set(address);
    }
    is_permitted
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
