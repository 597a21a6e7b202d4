//! `/{tenant}/oauth2/v2.0/authorize`: where applications send people (RFC 6749 section 3.1).

use http::{Method, Response};

use crate::exchange::incoming::Incoming;
use crate::person::{consent, page, policy, session, sign_in};
use crate::refusal::Refusal;
use crate::remembered::{
    session::Session,
    sign_in::{Flow, Purpose, SignedIn},
};
use crate::request::authorization::{AuthorizationRequest, Fault, Prompt};
use crate::tenant::registration::User;
use crate::value::guid::Guid;

/// A page, or the way back to the application.
pub(crate) fn answer(segment: &str, incoming: &mut Incoming<'_>) -> Response<Vec<u8>> {
    let parameters = match *incoming.request.method() {
        Method::POST => incoming.posted_form(),
        _ => incoming.query(),
    };
    let request = match parameters {
        Ok(parameters) => AuthorizationRequest::read(segment, &parameters, incoming.tenant),
        Err(refusal) => Err(Fault::Page(refusal)),
    };
    match request {
        Ok(request) => begin(request, incoming),
        Err(Fault::Page(refusal)) => page::of_refusal(&refusal, &incoming.exchange),
        Err(Fault::Redirect(address, refusal)) => {
            address.refuse(&refusal, None, &incoming.exchange)
        }
    }
}

fn begin(request: AuthorizationRequest, incoming: &mut Incoming<'_>) -> Response<Vec<u8>> {
    let user = known_user(&request, incoming);
    if request.prompt == Some(Prompt::None) {
        let refusal = match &user {
            None => Some(Refusal::new(
                "login_required",
                50058,
                "Nobody is signed in.",
            )),
            Some(signed_in) => silent_refusal(&request, signed_in, incoming),
        };
        if let Some(refusal) = refusal {
            return request
                .return_address
                .refuse(&refusal, None, &incoming.exchange);
        }
    }
    let asks_again = matches!(
        request.prompt,
        Some(Prompt::Create | Prompt::Login | Prompt::SelectAccount)
    );
    let is_standing = session::standing_user(incoming).is_some();
    let flow = Flow {
        offered: user.clone(),
        signed_in: user.filter(|_| is_standing || !asks_again),
        wants_password: matches!(request.prompt, Some(Prompt::Create | Prompt::Login)),
        wants_consent: request.prompt == Some(Prompt::Consent) && !is_standing,
        is_confirmed: true,
        account: request.login_hint.clone().unwrap_or_default(),
        segment: request.authority.clone(),
        purpose: Purpose::Authorization(Box::new(request)),
    };
    sign_in::begin(flow, incoming)
}

/// Who is signed in already, if the request does not ask for somebody else.
fn known_user(request: &AuthorizationRequest, incoming: &Incoming<'_>) -> Option<SignedIn> {
    let (session_id, session) = session::current(incoming).or_else(|| {
        let user = session::standing_user(incoming)?;
        let session = Session {
            user_id: user.object_id.clone(),
            signed_in_at: incoming.exchange.now,
        };
        Some((Guid::random().to_string(), session))
    })?;
    let user = incoming.tenant.user(&session.user_id)?;
    let is_meant = request
        .login_hint
        .as_deref()
        .is_none_or(|hint| hint.eq_ignore_ascii_case(&user.user_principal_name));
    is_meant.then_some(SignedIn {
        user_id: session.user_id,
        session_id,
        signed_in_at: session.signed_in_at,
    })
}

/// Why a request cannot be answered without a question.
fn silent_refusal(
    request: &AuthorizationRequest,
    signed_in: &SignedIn,
    incoming: &Incoming<'_>,
) -> Option<Refusal> {
    let client = incoming.tenant.client(&request.client_id)?;
    let user: &User = incoming.tenant.user(&signed_in.user_id)?;
    if session::standing_user(incoming).is_none()
        && consent::is_needed(&request.scopes, client, user, incoming).ok()?
    {
        let text = "The person has not consented yet.";
        return Some(Refusal::new("consent_required", 65001, text));
    }
    if policy::is_challenged(incoming.remembered, user, request.claims.as_deref()) {
        let text = "The person must show more than the password.";
        return Some(Refusal::new("interaction_required", 50076, text));
    }
    None
}
