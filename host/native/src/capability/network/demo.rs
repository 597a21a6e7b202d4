//! The built-in tenant behind the profile `demo`: the emulator, answering inside this process.

use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use entra_emulator::{Emulator, Origin, UnixTime};
use http::{Request, Response, Uri};

/// The demo tenant's host. Names under `.invalid` never resolve (RFC 2606 section 2), so no request for it can leave the
/// machine even if this file were gone.
const HOST: &str = "login.demo.invalid";

static TENANT: LazyLock<Emulator> = LazyLock::new(|| Emulator::new(entra_emulator::contoso()));

/// Whether a request goes to the demo tenant.
pub(crate) fn is_meant(uri: &Uri) -> bool {
    uri.host() == Some(HOST)
}

/// The demo tenant's answer.
pub(crate) fn answer(request: &Request<Bytes>) -> Option<Response<Bytes>> {
    let origin = Origin::of(request.uri()).ok()?;
    let request = request.clone().map(Vec::from);
    Some(TENANT.respond(&request, &origin, now()).map(Bytes::from))
}

fn now() -> UnixTime {
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    UnixTime(since_epoch.as_secs())
}
