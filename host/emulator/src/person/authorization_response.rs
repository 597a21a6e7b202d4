//! The answer to an authorization request, on its way through the browser (OAuth 2.0 Multiple
//! Response Type Encoding Practices, OAuth 2.0 Form Post Response Mode).

use http::{HeaderValue, Response, StatusCode, header};

use crate::exchange::Exchange;
use crate::person::page::{FormFields, Page};
use crate::refusal::Refusal;
use crate::request::return_address::{ResponseMode, ReturnAddress};

impl ReturnAddress {
    /// Sends the browser back with these parameters and the request's state.
    pub(crate) fn answer(
        &self,
        parameters: &[(&str, &str)],
        exchange: &Exchange<'_>,
    ) -> Response<Vec<u8>> {
        let state = self.state.as_deref().map(|state| ("state", state));
        let parameters = parameters.iter().copied().chain(state);
        match self.mode {
            ResponseMode::FormPost => self.page(parameters, exchange),
            ResponseMode::Fragment => self.redirect('#', parameters, exchange),
            ResponseMode::Query => self.redirect('?', parameters, exchange),
        }
    }

    /// Sends the browser back with a refusal.
    pub(crate) fn refuse(
        &self,
        refusal: &Refusal,
        subcode: Option<&str>,
        exchange: &Exchange<'_>,
    ) -> Response<Vec<u8>> {
        let description = exchange.description(refusal);
        let link = format!("{}/error?code={}", exchange.origin, refusal.code);
        let mut parameters = vec![
            ("error", refusal.error()),
            ("error_description", &description),
            ("error_uri", &link),
        ];
        parameters.extend(subcode.map(|subcode| ("error_subcode", subcode)));
        self.answer(&parameters, exchange)
    }

    fn redirect<'p>(
        &self,
        separator: char,
        parameters: impl Iterator<Item = (&'p str, &'p str)>,
        exchange: &Exchange<'_>,
    ) -> Response<Vec<u8>> {
        let mut response = exchange.empty(StatusCode::FOUND);
        let encoded = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(parameters)
            .finish();
        let uri = with_path(&self.uri);
        let separator = if separator == '?' && uri.contains('?') {
            '&'
        } else {
            separator
        };
        // An empty fragment keeps the browser from carrying this page's own over.
        let end = if separator == '#' { "" } else { "#" };
        let location = format!("{uri}{separator}{encoded}{end}");
        if let Ok(location) = HeaderValue::from_str(&location) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        let no_store = HeaderValue::from_static("no-store, no-cache");
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, no_store);
        response
    }

    fn page<'p>(
        &self,
        parameters: impl Iterator<Item = (&'p str, &'p str)>,
        exchange: &Exchange<'_>,
    ) -> Response<Vec<u8>> {
        let form = parameters.fold(
            FormFields::new(&with_path(&self.uri)),
            |form, (name, value)| form.hidden(name, value),
        );
        Page::new("Working…")
            .text("You are being sent back to the application.")
            .form(&form.submit("Continue"))
            .leading_to(self.form_target())
            .sent_at_once()
            .response(StatusCode::OK, exchange)
    }
}

/// An address without a path is answered at `/`.
fn with_path(uri: &str) -> String {
    let after_scheme = uri.split_once("://").map_or("", |(_, rest)| rest);
    if after_scheme.is_empty() || after_scheme.contains(['/', '?']) {
        uri.to_owned()
    } else {
        format!("{uri}/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_path_becomes_a_slash() {
        for (uri, expected) in [
            ("http://localhost:1", "http://localhost:1/"),
            ("http://localhost:1/", "http://localhost:1/"),
            ("http://localhost:1/x", "http://localhost:1/x"),
            ("msal1://auth", "msal1://auth/"),
        ] {
            assert_eq!(with_path(uri), expected);
        }
    }
}
