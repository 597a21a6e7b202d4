//! `/{tenant}/oauth2/deviceauth`: where somebody enters the code that a device shows.

use http::{Method, Response, StatusCode};

use crate::{
    exchange::incoming::Call,
    grant::device_code,
    person::{
        page::{self, FormFields, Page},
        session,
        sign_in::{self, Flow, Purpose, SignedIn},
    },
    refusal::Refusal,
    tenant::authority::Authority,
};

/// The form for the code, or the first page of the sign-in.
pub(crate) fn answer(segment: &str, call: &mut Call<'_>) -> Response<Vec<u8>> {
    match entered(segment, call) {
        Ok(Some(user_code)) if device_code::open(&user_code, call).is_some() => {
            begin(segment, user_code, call)
        }
        Ok(Some(_)) => {
            let alert = "That code is not right, or it has expired. (AADSTS70018)";
            form(segment, Some(alert), call)
        }
        Ok(None) => form(segment, None, call),
        Err(refusal) => page::of_refusal(&refusal, &call.exchange),
    }
}

fn entered(segment: &str, call: &Call<'_>) -> Result<Option<String>, Refusal> {
    Authority::from_segment(segment, call.tenant)?;
    if *call.request.method() != Method::POST {
        return Ok(None);
    }
    let form = call.posted_form()?;
    let code = form.value("user_code").unwrap_or_default().trim();
    Ok(Some(code.to_ascii_uppercase()))
}

fn form(segment: &str, alert: Option<&str>, call: &Call<'_>) -> Response<Vec<u8>> {
    let form = FormFields::new(&format!("/{segment}/oauth2/deviceauth"))
        .field("text", "user_code", "Code", "")
        .submit("Next");
    Page::new("Enter the code")
        .text("Enter the code that your application or device shows.")
        .alert(alert)
        .form(&form)
        .response(StatusCode::OK, &call.exchange)
}

fn begin(segment: &str, user_code: String, call: &mut Call<'_>) -> Response<Vec<u8>> {
    let offered = session::current(call).map(|(session_id, session)| SignedIn {
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
    sign_in::begin(flow, call)
}
