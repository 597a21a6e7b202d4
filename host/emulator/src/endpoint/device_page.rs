//! `/{tenant}/oauth2/deviceauth`: where somebody enters the code that a device shows.

use http::{Method, Response, StatusCode};

use crate::exchange::incoming::Incoming;
use crate::person::{
    device,
    page::{self, FormFields, Page},
    session, sign_in,
};
use crate::refusal::Refusal;
use crate::remembered::sign_in::{Flow, Purpose, SignedIn};
use crate::tenant::authority::Authority;

/// The form for the code, or the first page of the sign-in.
pub(crate) fn answer(segment: &str, incoming: &mut Incoming<'_>) -> Response<Vec<u8>> {
    match entered(segment, incoming) {
        Ok(Some(user_code)) if device::open(&user_code, incoming).is_some() => {
            begin(segment, user_code, incoming)
        }
        Ok(Some(_)) => {
            let alert = "That code is not right, or it has expired. (AADSTS70018)";
            form(segment, Some(alert), incoming)
        }
        Ok(None) => form(segment, None, incoming),
        Err(refusal) => page::of_refusal(&refusal, &incoming.exchange),
    }
}

fn entered(segment: &str, incoming: &Incoming<'_>) -> Result<Option<String>, Refusal> {
    Authority::from_segment(segment, incoming.tenant)?;
    if *incoming.request.method() != Method::POST {
        return Ok(None);
    }
    let form = incoming.posted_form()?;
    let code = form.value("user_code").unwrap_or_default().trim();
    Ok(Some(code.to_ascii_uppercase()))
}

fn form(segment: &str, alert: Option<&str>, incoming: &Incoming<'_>) -> Response<Vec<u8>> {
    let form = FormFields::new(&format!("/{segment}/oauth2/deviceauth"))
        .field("text", "user_code", "Code", "")
        .submit("Next");
    Page::new("Enter the code")
        .text("Enter the code that your application or device shows.")
        .alert(alert)
        .form(&form)
        .response(StatusCode::OK, &incoming.exchange)
}

fn begin(segment: &str, user_code: String, incoming: &mut Incoming<'_>) -> Response<Vec<u8>> {
    let offered = session::current(incoming).map(|(session_id, session)| SignedIn {
        user_id: session.user_id,
        session_id,
        signed_in_at: session.signed_in_at,
    });
    let flow = Flow {
        purpose: Purpose::Device(user_code),
        account: String::new(),
        offered,
        signed_in: None,
        wants_password: false,
        wants_consent: false,
        is_confirmed: false,
        segment: segment.to_owned(),
    };
    sign_in::begin(flow, incoming)
}
