//! `/error?code=…`: where the member `error_uri` of a refusal leads.

use http::{Response, StatusCode};

use crate::exchange::incoming::Incoming;
use crate::person::page::Page;

/// A page that leads on to Microsoft's list.
pub(crate) fn answer(incoming: &Incoming<'_>) -> Response<Vec<u8>> {
    let query = incoming.query().ok();
    let code = query.as_ref().and_then(|query| query.value("code"));
    let title = match code {
        Some(code) => format!("AADSTS{code}"),
        None => "Which error?".to_owned(),
    };
    Page::new(&title)
        .text("Microsoft's list tells what each number means:")
        .text("https://learn.microsoft.com/entra/identity-platform/reference-error-codes")
        .response(StatusCode::OK, &incoming.exchange)
}
