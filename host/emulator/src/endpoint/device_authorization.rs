//! `POST /{tenant}/oauth2/v2.0/devicecode`: where a sign-in elsewhere begins (RFC 8628 section 3.1).

use ring::rand::{SecureRandom as _, SystemRandom};
use serde_json::{Value, json};

use crate::exchange::incoming::Incoming;
use crate::refusal::Refusal;
use crate::remembered::device_code::{Decision, DeviceCode};
use crate::request::scopes::RequestedScopes;
use crate::tenant::authority::Authority;

/// The codes for the device and for the person, or why there are none.
pub(crate) fn answer(segment: &str, incoming: &mut Incoming<'_>) -> Result<Value, Refusal> {
    let authority = Authority::from_segment(segment, incoming.tenant)?;
    let form = incoming.posted_form()?;
    let client = incoming
        .tenant
        .registered_client(form.required("client_id")?)?;
    authority.admit(client)?;
    let scopes = RequestedScopes::parse(form.required("scope")?)?;
    scopes.api(incoming.tenant)?;
    let user_code = user_code()?;
    let origin = incoming.exchange.origin;
    let page = format!("{origin}/{}/oauth2/deviceauth", authority.path_segment());
    let message = format!(
        "To sign in, use a web browser to open the page {page} and enter the code {user_code} to authenticate."
    );
    let code = DeviceCode {
        user_code: user_code.clone(),
        client_id: client.id.clone(),
        scopes,
        claims: form.value("claims").map(str::to_owned),
        decision: Decision::Pending,
        ends: incoming.exchange.now.moved_by(LIFETIME),
        correlation_id: incoming.exchange.correlation_id,
        polled_at: None,
        is_redeemed: false,
    };
    Ok(json!({
        "user_code": user_code,
        "device_code": incoming.remembered.device_codes.keep("1.D", code)?,
        "verification_uri": page,
        "expires_in": LIFETIME,
        "interval": incoming.remembered.options.device_interval,
        "message": message,
    }))
}

/// Nine characters that nobody mistakes for each other.
fn user_code() -> Result<String, Refusal> {
    let mut random = [0; 9];
    SystemRandom::new()
        .fill(&mut random)
        .map_err(|_| Refusal::issuing_failed())?;
    let letter = |byte: u8| LETTERS.get(usize::from(byte) % LETTERS.len()).copied();
    Ok(random
        .into_iter()
        .filter_map(letter)
        .map(char::from)
        .collect())
}

const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// In seconds.
const LIFETIME: i64 = 900;
