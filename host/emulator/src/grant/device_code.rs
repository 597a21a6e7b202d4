//! The grant of devices without a browser (RFC 8628).
//!
//! <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code>

use ring::rand::{SecureRandom as _, SystemRandom};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    client::authentication::{Presented, refuse_browsers, registered},
    exchange::incoming::Incoming,
    grant::token_response::Delegation,
    person::{consent, sign_in::SignedIn},
    refusal::Refusal,
    remembered::{Remembered, options::Options},
    request::{form::Form, scopes::RequestedScopes},
    tenant::{authority::Authority, registration::Tenant},
    value::{guid::Guid, time::UnixTime},
};

/// What a device code stands for.
pub(crate) struct DeviceCode {
    pub(crate) user_code: String,
    pub(crate) client_id: String,
    pub(crate) scopes: RequestedScopes,
    pub(crate) claims: Option<String>,
    pub(crate) decision: Decision,
    ends: UnixTime,
    /// Poll answers carry the first request's name.
    correlation_id: Guid,
    polled_at: Option<UnixTime>,
    is_redeemed: bool,
}

/// What the person decided.
pub(crate) enum Decision {
    Approved(Box<Delegation>),
    Declined,
    Pending,
}

impl DeviceCode {
    /// Whether somebody can still decide.
    pub(crate) fn is_open(&self, now: UnixTime) -> bool {
        matches!(self.decision, Decision::Pending) && now < self.ends
    }

    /// What the person agreed to, or how far they are.
    fn poll(&mut self, options: &Options, now: UnixTime) -> Result<Delegation, Refusal> {
        let last = self.polled_at.replace(now);
        let is_hasty = last.is_some_and(|last| now < last.moved_by(options.device_interval));
        let refused = |error: &'static str, code, text| Err(Refusal::new(error, code, text));
        match &self.decision {
            Decision::Approved(_) if self.is_redeemed => refused(
                "invalid_grant",
                54005,
                "The device code was redeemed before.",
            ),
            Decision::Approved(delegation) => Ok((**delegation).clone()),
            Decision::Declined => refused(
                "authorization_declined",
                65004,
                "The person declined the sign-in.",
            ),
            Decision::Pending if self.ends <= now => refused(
                "expired_token",
                70020,
                "The device code has expired; begin again.",
            ),
            Decision::Pending if options.slow_down && is_hasty => {
                refused("slow_down", 70016, "The client asks too often.")
            }
            Decision::Pending => refused(
                "authorization_pending",
                70016,
                "The person has not finished the sign-in yet.",
            ),
        }
    }

    /// The decision of somebody who signed in.
    fn approval(&self, user_id: &str, session_id: String, now: UnixTime) -> Decision {
        Decision::Approved(Box::new(Delegation {
            client_id: self.client_id.clone(),
            user_id: user_id.to_owned(),
            platform: None,
            session_id,
            signed_in_at: now,
            scopes: self.scopes.clone(),
            nonce: None,
            is_on_behalf: false,
        }))
    }
}

/// `POST /{tenant}/oauth2/v2.0/devicecode`: begins a sign-in elsewhere.
pub(crate) fn begin(segment: &str, incoming: &mut Incoming<'_>) -> Result<Value, Refusal> {
    let authority = Authority::from_segment(segment, incoming.tenant)?;
    let form = incoming.posted_form()?;
    let client = registered(form.required("client_id")?, incoming.tenant)?;
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

/// Answers the grant: how far the person is, or the tokens.
pub(crate) fn grant(
    authority: Authority<'_>,
    form: &Form,
    incoming: &mut Incoming<'_>,
) -> Result<Value, Refusal> {
    let presented = Presented::from_request(incoming.request.headers(), form)?;
    let client = presented.client(incoming.tenant)?;
    authority.admit(client)?;
    let name = form.required("device_code")?;
    refuse_browsers(incoming.request.headers())?;
    let method = presented.authenticate_for_person(client, None, incoming)?;
    let options = incoming.remembered.options.clone();
    let now = incoming.exchange.now;
    let code = incoming
        .remembered
        .device_codes
        .get_mut(name)
        .filter(|code| code.client_id == client.id)
        .ok_or_else(|| {
            let text = "The device code is not recognised.";
            Refusal::new("bad_verification_code", 70018, text)
        })?;
    incoming.exchange.correlate(code.correlation_id);
    let delegation = code.poll(&options, now)?;
    let answer = delegation.issue(client, method, form, incoming)?;
    if let Some(code) = incoming.remembered.device_codes.get_mut(name) {
        code.is_redeemed = true;
    }
    Ok(answer)
}

/// The code that somebody entered, if it is still to be decided.
pub(crate) fn open<'c>(user_code: &str, incoming: &'c Incoming<'_>) -> Option<&'c DeviceCode> {
    let mut codes = incoming.remembered.device_codes.iter();
    codes.find(|code| code.user_code == user_code && code.is_open(incoming.exchange.now))
}

/// Records a decision.
pub(crate) fn decide(user_code: &str, decision: Decision, incoming: &mut Incoming<'_>) {
    let mut codes = incoming.remembered.device_codes.iter_mut();
    if let Some(code) = codes.find(|code| code.user_code == user_code) {
        code.decision = decision;
    }
}

/// Records that somebody signed in and agreed.
pub(crate) fn approve(user_code: &str, signed_in: &SignedIn, incoming: &mut Incoming<'_>) {
    let Some(code) = open(user_code, incoming) else {
        return;
    };
    let decision = code.approval(
        &signed_in.user_id,
        signed_in.session_id.clone(),
        signed_in.signed_in_at,
    );
    decide(user_code, decision, incoming);
}

/// A person's decision without a browser.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    /// The newest one that is still open, if it is not given.
    user_code: Option<String>,
    action: Action,
    /// Who decides; alice if it is not given.
    user: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    Approve,
    Decline,
    Expire,
}

impl Order {
    /// Carries the decision out.
    pub(crate) fn carry_out(
        &self,
        tenant: &Tenant,
        remembered: &mut Remembered,
        now: UnixTime,
    ) -> Result<Value, String> {
        let user = match &self.user {
            Some(name) => tenant.user_named(name),
            None => tenant.users.first(),
        };
        let user = user.ok_or("there is no such user")?;
        let mut codes = remembered.device_codes.iter_mut();
        let code = codes
            .find(|code| match &self.user_code {
                Some(wanted) => code.user_code.eq_ignore_ascii_case(wanted),
                None => code.is_open(now),
            })
            .ok_or("there is no such user code")?;
        match self.action {
            Action::Decline => code.decision = Decision::Declined,
            Action::Expire => code.ends = now,
            Action::Approve => {
                let client = tenant.client(&code.client_id).ok_or("the client is gone")?;
                let api = code.scopes.api(tenant).map_err(|refusal| refusal.text)?;
                code.decision = code.approval(&user.object_id, Guid::random().to_string(), now);
                let scopes = code.scopes.clone();
                drop(codes);
                consent::give(&scopes, remembered, client, user, api);
            }
        }
        Ok(Value::Null)
    }
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
