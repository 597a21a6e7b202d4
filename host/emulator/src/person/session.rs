//! Who is signed in at a browser.

use http::{HeaderMap, HeaderValue, Response, header};

use crate::exchange::incoming::Incoming;
use crate::remembered::session::Session;
use crate::tenant::registration::User;
use crate::value::origin::Origin;

/// The session that a request belongs to, with its name.
pub(crate) fn current(incoming: &Incoming<'_>) -> Option<(String, Session)> {
    let name = cookie(incoming.request.headers())?;
    let session = incoming.remembered.sessions.get(name)?;
    Some((name.to_owned(), session.clone()))
}

/// The person of the session, or the one whom a test signed in for good.
pub(crate) fn standing_user<'t>(incoming: &Incoming<'t>) -> Option<&'t User> {
    let name = incoming.remembered.options.sign_in_as.as_deref()?;
    incoming.tenant.user_named(name)
}

/// Lets the browser remember a session.
pub(crate) fn remember(response: &mut Response<Vec<u8>>, name: &str, origin: &Origin) {
    set(response, &format!("{COOKIE}={name}"), origin);
}

/// Lets the browser forget the session.
pub(crate) fn forget(response: &mut Response<Vec<u8>>, origin: &Origin) {
    set(response, &format!("{COOKIE}=; Max-Age=0"), origin);
}

fn set(response: &mut Response<Vec<u8>>, cookie: &str, origin: &Origin) {
    // Over http a browser would not keep a cookie that is marked as secure.
    let secure = if origin.scheme() == "https" {
        "; Secure"
    } else {
        ""
    };
    let cookie = format!("{cookie}; Path=/; HttpOnly; SameSite=Lax{secure}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let lines = headers.get_all(header::COOKIE).into_iter();
    lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

/// Entra ID's name for it.
const COOKIE: &str = "ESTSAUTH";
