//! A POST of form fields to one of the authority's endpoints.
//!
//! [RFC 6749 appendix B](https://www.rfc-editor.org/rfc/rfc6749#appendix-B): UTF-8, percent-encoded. Entra refuses a name that
//! stands twice, so a form has each once.

use form_urlencoded::Serializer;
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use url::Url;
use zeroize::Zeroizing;

use crate::value::correlation_id::CorrelationId;
use crate::value::impossible::Impossible;
use crate::value::printable::quoted;

const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");
const RETURN_CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("return-client-request-id");
const APP_NAME: HeaderName = HeaderName::from_static("x-app-name");
const APP_VERSION: HeaderName = HeaderName::from_static("x-app-ver");

/// Fields in the order in which they are sent.
#[derive(Default)]
pub(crate) struct Form<'a>(Vec<(&'static str, &'a str)>);

impl<'a> Form<'a> {
    /// The first value of a name stays; a second one would be refused by the server.
    pub(crate) fn append(&mut self, name: &'static str, value: &'a str) {
        debug_assert!(!self.has(name), "`{name}` stands twice");
        if !self.has(name) {
            self.0.push((name, value));
        }
    }

    pub(crate) fn into_post(
        self,
        endpoint: &Uri,
        correlation_id: CorrelationId,
    ) -> Request<Zeroizing<Vec<u8>>> {
        let body = self.into_body();
        let headers = headers(body.len(), correlation_id);
        let mut request = Request::new(body);
        *request.method_mut() = Method::POST;
        *request.uri_mut() = endpoint.clone();
        *request.headers_mut() = headers;
        request
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(other, _)| *other == name)
    }

    fn into_body(self) -> Zeroizing<Vec<u8>> {
        // A byte takes at most three. A buffer that had to grow would leave copies of the secret behind.
        let longest: usize = self
            .0
            .iter()
            .map(|(name, value)| name.len() + 3 * value.len() + 2)
            .sum();
        let mut serializer = Serializer::new(String::with_capacity(longest));
        serializer.extend_pairs(self.0);
        Zeroizing::new(serializer.finish().into_bytes())
    }
}

/// A GET without a body, with the headers of any other request.
pub(crate) fn get(endpoint: &Uri, correlation_id: CorrelationId) -> Request<Zeroizing<Vec<u8>>> {
    let mut headers = headers(0, correlation_id);
    headers.remove(CONTENT_TYPE);
    headers.remove(CONTENT_LENGTH);
    let mut request = Request::new(Zeroizing::default());
    *request.uri_mut() = endpoint.clone();
    *request.headers_mut() = headers;
    request
}

/// Makes the fields the body of a request that goes to the platform instead of Entra.
pub(crate) fn fill(request: &mut Request<Zeroizing<Vec<u8>>>, fields: &[(&'static str, &str)]) {
    let mut form = Form::default();
    for (name, value) in fields {
        form.append(name, value);
    }
    *request.body_mut() = form.into_body();
    let length = HeaderValue::from(request.body().len());
    let headers = request.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/x-www-form-urlencoded"),
    );
    headers.insert(CONTENT_LENGTH, length);
}

/// A URL as the `http` crate has it.
pub(crate) fn to_uri(endpoint: &Url) -> Result<Uri, Impossible> {
    Uri::try_from(endpoint.as_str()).map_err(|_| {
        Impossible::new(format!(
            "no request can be sent to {}",
            quoted(endpoint.as_str())
        ))
    })
}

fn headers(content_length: usize, correlation_id: CorrelationId) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/x-www-form-urlencoded"),
    );
    // Without it, WASI hosts send the body in chunks.
    headers.insert(CONTENT_LENGTH, HeaderValue::from(content_length));
    // A GUID is always a header value.
    if let Ok(value) = HeaderValue::try_from(correlation_id.to_string()) {
        headers.insert(CLIENT_REQUEST_ID, value);
        headers.insert(RETURN_CLIENT_REQUEST_ID, HeaderValue::from_static("true"));
    }
    headers.insert(APP_NAME, HeaderValue::from_static("entra-auth-cli"));
    headers.insert(
        APP_VERSION,
        HeaderValue::from_static(env!("CARGO_PKG_VERSION")),
    );
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(fields: &[(&'static str, &str)]) -> String {
        let mut form = Form::default();
        for (name, value) in fields {
            form.append(name, value);
        }
        String::from_utf8(form.into_body().to_vec()).unwrap()
    }

    #[test]
    fn values_are_percent_encoded_as_utf_8() {
        let rows = [
            (
                "recorded secret",
                "S3cr3t~+/=&% é",
                "a=S3cr3t%7E%2B%2F%3D%26%25+%C3%A9",
            ),
            (
                "scope",
                "https://graph.microsoft.com/.default",
                "a=https%3A%2F%2Fgraph.microsoft.com%2F.default",
            ),
            (
                "injection",
                "x&grant_type=password",
                "a=x%26grant_type%3Dpassword",
            ),
            ("line break", "a\r\nb", "a=a%0D%0Ab"),
            ("NUL", "\0", "a=%00"),
            ("beyond the basic plane", "😀", "a=%F0%9F%98%80"),
            ("empty", "", "a="),
        ];
        for (name, value, expected) in rows {
            assert_eq!(body(&[("a", value)]), expected, "{name}");
        }
    }

    #[test]
    fn the_buffer_is_large_enough_from_the_start() {
        let value = "é+&".repeat(1000);
        let mut form = Form::default();
        form.append("client_secret", &value);
        form.append("scope", "x");
        let longest = "client_secret".len() + 3 * value.len() + 2 + "scope".len() + 3 + 2;
        assert_eq!(form.into_body().capacity(), longest);
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "`scope` stands twice")]
    fn a_name_that_stands_twice_is_a_bug() {
        body(&[("scope", "a"), ("scope", "b")]);
    }
}
