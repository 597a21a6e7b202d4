//! A sign-in under way: one page after another, until the application or the device is told.

use http::{Response, StatusCode};

use crate::exchange::incoming::Incoming;
use crate::person::{
    consent, device,
    page::{self, FormFields, Page},
    policy, questions, session,
};
use crate::refusal::Refusal;
use crate::remembered::{
    authorization_code::AuthorizationCode,
    delegation::Delegation,
    device_code::Decision,
    session::Session,
    sign_in::{Flow, Purpose, SignedIn},
};
use crate::request::{authorization::AuthorizationRequest, form::Form, scopes::RequestedScopes};
use crate::tenant::registration::{Client, User};
use crate::token::client_info;
use crate::value::guid::Guid;

/// What a sign-in is about.
struct Subject {
    client_id: String,
    scopes: RequestedScopes,
    claims: Option<String>,
}

/// The first page that is needed, or the end.
pub(crate) fn begin(flow: Flow, incoming: &mut Incoming<'_>) -> Response<Vec<u8>> {
    match incoming.remembered.flows.keep("1.F", flow) {
        Ok(name) => proceed(&name, None, incoming),
        Err(refusal) => page::of_refusal(&refusal, &incoming.exchange),
    }
}

/// `POST /{tenant}/login`: what somebody chose on a page, and the next page.
pub(crate) fn answer(incoming: &mut Incoming<'_>) -> Response<Vec<u8>> {
    match chosen(incoming) {
        Ok((name, form)) => carry_out(&name, &form, incoming),
        Err(refusal) => page::of_refusal(&refusal, &incoming.exchange),
    }
}

fn chosen(incoming: &Incoming<'_>) -> Result<(String, Form), Refusal> {
    let form = incoming.posted_form()?;
    let name = form.required("flow")?.to_owned();
    if incoming.remembered.flows.get(&name).is_none() {
        let text = "The sign-in took too long or is over; begin again in the application.";
        return Err(Refusal::new("invalid_request", 50089, text));
    }
    Ok((name, form))
}

fn carry_out(name: &str, form: &Form, incoming: &mut Incoming<'_>) -> Response<Vec<u8>> {
    match form.value("do") {
        Some("sign_in") => return sign_in(name, form, incoming),
        Some("use_account") => change(name, incoming, |flow| {
            flow.signed_in = flow.offered.clone();
        }),
        Some("use_another") => change(name, incoming, |flow| flow.offered = None),
        Some("confirm") => change(name, incoming, |flow| flow.is_confirmed = true),
        Some("approve") => approve(name, incoming),
        Some("accept") => accept(name, incoming),
        Some("cancel") => return cancel(name, incoming),
        _ => {}
    }
    proceed(name, None, incoming)
}

fn change(name: &str, incoming: &mut Incoming<'_>, change: impl FnOnce(&mut Flow)) {
    if let Some(flow) = incoming.remembered.flows.get_mut(name) {
        change(flow);
    }
}

/// Checks name and password and opens a session.
fn sign_in(name: &str, form: &Form, incoming: &mut Incoming<'_>) -> Response<Vec<u8>> {
    let user_name = form.value("username").unwrap_or_default();
    let user = incoming.tenant.user_named(user_name);
    let Some(user) = user.filter(|user| Some(user.password.as_str()) == form.value("password"))
    else {
        change(name, incoming, |flow| flow.account = user_name.to_owned());
        let alert = "The account or the password is not right. (AADSTS50126)";
        return proceed(name, Some(alert), incoming);
    };
    let now = incoming.exchange.now;
    let session = Session {
        user_id: user.object_id.clone(),
        signed_in_at: now,
    };
    let session_id = match incoming.remembered.sessions.keep("1.S", session) {
        Ok(session_id) => session_id,
        Err(refusal) => return page::of_refusal(&refusal, &incoming.exchange),
    };
    let signed_in = SignedIn {
        user_id: user.object_id.clone(),
        session_id: session_id.clone(),
        signed_in_at: now,
    };
    change(name, incoming, |flow| flow.signed_in = Some(signed_in));
    let mut response = proceed(name, None, incoming);
    session::remember(&mut response, &session_id, incoming.exchange.origin);
    response
}

fn approve(name: &str, incoming: &mut Incoming<'_>) {
    if let Some((user, _, subject)) = parties(name, incoming) {
        policy::satisfy(incoming.remembered, user, subject.claims.as_deref());
    }
}

fn accept(name: &str, incoming: &mut Incoming<'_>) {
    if let Some((user, client, subject)) = parties(name, incoming)
        && let Ok(api) = subject.scopes.api(incoming.tenant)
    {
        consent::give(&subject.scopes, incoming.remembered, client, user, api);
        change(name, incoming, |flow| flow.wants_consent = false);
    }
}

/// Person, client and what it asks, once somebody signed in.
fn parties<'t>(name: &str, incoming: &Incoming<'t>) -> Option<(&'t User, &'t Client, Subject)> {
    let flow = incoming.remembered.flows.get(name)?;
    let user = incoming.tenant.user(&flow.signed_in.as_ref()?.user_id)?;
    let subject = flow.subject(incoming)?;
    let client = incoming.tenant.client(&subject.client_id)?;
    Some((user, client, subject))
}

impl Flow {
    fn subject(&self, incoming: &Incoming<'_>) -> Option<Subject> {
        match &self.purpose {
            Purpose::Authorization(request) => Some(Subject {
                client_id: request.client_id.clone(),
                scopes: request.scopes.clone(),
                claims: request.claims.clone(),
            }),
            Purpose::Device(user_code) => {
                let code = device::open(user_code, incoming)?;
                Some(Subject {
                    client_id: code.client_id.clone(),
                    scopes: code.scopes.clone(),
                    claims: code.claims.clone(),
                })
            }
        }
    }
}

/// The next page that is needed, or the end.
fn proceed(name: &str, alert: Option<&str>, incoming: &mut Incoming<'_>) -> Response<Vec<u8>> {
    let Some(flow) = incoming.remembered.flows.get(name).cloned() else {
        return incoming.exchange.empty(StatusCode::NOT_FOUND);
    };
    let form = FormFields::new(&format!("/{}/login", flow.segment)).hidden("flow", name);
    let Some((user, client, subject)) = parties(name, incoming) else {
        return questions::who_are_you(&flow, form, alert, incoming);
    };
    if !flow.is_confirmed {
        return questions::is_it_you(&flow, form, client, incoming);
    }
    if policy::is_challenged(incoming.remembered, user, subject.claims.as_deref()) {
        return questions::show_more(&flow, form, incoming);
    }
    let is_standing = session::standing_user(incoming).is_some();
    if is_standing {
        accept(name, incoming);
    } else if flow.wants_consent
        || consent::is_needed(&subject.scopes, client, user, incoming).unwrap_or_default()
    {
        let scopes = &subject.scopes;
        return questions::may_it(&flow, form, user, client, scopes, incoming);
    }
    finish(name, incoming)
}

/// Tells the application, or the device, that the person does not want to.
fn cancel(name: &str, incoming: &mut Incoming<'_>) -> Response<Vec<u8>> {
    let Some(flow) = incoming.remembered.flows.take(name) else {
        return incoming.exchange.empty(StatusCode::NOT_FOUND);
    };
    match flow.purpose {
        Purpose::Authorization(request) => {
            let text = "The person declined.";
            let refusal = Refusal::new("access_denied", 65004, text);
            request
                .return_address
                .refuse(&refusal, Some("cancel"), &incoming.exchange)
        }
        Purpose::Device(user_code) => {
            device::decide(&user_code, Decision::Declined, incoming);
            Page::new("Cancelled")
                .text("The device was told. You may close this window.")
                .response(StatusCode::OK, &incoming.exchange)
        }
    }
}

/// Tells the application, or the device, that the person is signed in and agrees.
fn finish(name: &str, incoming: &mut Incoming<'_>) -> Response<Vec<u8>> {
    let Some(flow) = incoming.remembered.flows.take(name) else {
        return incoming.exchange.empty(StatusCode::NOT_FOUND);
    };
    let Some(signed_in) = flow.signed_in else {
        return incoming.exchange.empty(StatusCode::NOT_FOUND);
    };
    match flow.purpose {
        Purpose::Authorization(request) => hand_over_code(*request, &signed_in, incoming),
        Purpose::Device(user_code) => {
            device::approve(&user_code, &signed_in, incoming);
            Page::new("You are signed in")
                .text("Go back to your device; it goes on by itself. You may close this window.")
                .response(StatusCode::OK, &incoming.exchange)
        }
    }
}

fn hand_over_code(
    request: AuthorizationRequest,
    signed_in: &SignedIn,
    incoming: &mut Incoming<'_>,
) -> Response<Vec<u8>> {
    let code = AuthorizationCode {
        delegation: Delegation {
            client_id: request.client_id,
            user_id: signed_in.user_id.clone(),
            platform: Some(request.platform),
            session_id: signed_in.session_id.clone(),
            signed_in_at: signed_in.signed_in_at,
            scopes: request.scopes,
            nonce: request.nonce,
            is_on_behalf: false,
        },
        redirect_uri: request.redirect_uri,
        challenge: request.challenge,
        authority: request.authority,
        issued_at: incoming.exchange.now,
        is_redeemed: false,
    };
    let address = request.return_address;
    let code = match incoming.remembered.codes.keep("1.A", code) {
        Ok(code) => code,
        Err(refusal) => return address.refuse(&refusal, None, &incoming.exchange),
    };
    let session_state = Guid::random().to_string();
    let user = incoming.tenant.user(&signed_in.user_id);
    let info = user
        .filter(|_| request.wants_client_info)
        .map(|user| client_info::encoded(user, &incoming.tenant.id));
    let mut parameters = vec![("code", code.as_str()), ("session_state", &session_state)];
    parameters.extend(info.as_deref().map(|info| ("client_info", info)));
    address.answer(&parameters, &incoming.exchange)
}
