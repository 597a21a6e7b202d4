//! Whoever sends requests in these tests.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use entra_emulator::{Emulator, Origin, UnixTime, contoso};
use http::{Method, Request, Response};
use serde_json::Value;

pub(crate) const NOW: UnixTime = UnixTime(1_739_936_952);
pub(crate) const TENANT: &str = "11111111-2222-3333-4444-555555555555";
pub(crate) const DAEMON: &str = "99999999-8888-7777-6666-555555555555";
pub(crate) const COMMAND_LINE: &str = "88888888-7777-6666-5555-444444444444";
pub(crate) const SECRET: &str = "S3cr3t~+/=&% é";
pub(crate) const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

pub(crate) struct Visitor(pub(crate) Emulator);

impl Visitor {
    pub(crate) fn new() -> Self {
        Self(Emulator::with_controls(contoso()))
    }

    pub(crate) fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Response<Vec<u8>> {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.as_bytes().to_vec()).unwrap();
        self.0.respond(&request, &origin(), NOW)
    }

    pub(crate) fn read(&self, path: &str) -> Response<Vec<u8>> {
        self.send(Method::GET, path, &[], "")
    }

    /// The ordinary grant with some parameters replaced, added or (by `None`) left out.
    pub(crate) fn grant(&self, changes: &[(&str, Option<&str>)]) -> Response<Vec<u8>> {
        self.send(Method::POST, &token_path(), &[FORM], &form(changes))
    }

    pub(crate) fn control(&self, method: Method, path: &str, body: &str) -> Response<Vec<u8>> {
        self.send(method, &format!("/__emulator{path}"), &[], body)
    }
}

pub(crate) fn origin() -> Origin {
    "https://localhost:8400".parse().unwrap()
}

pub(crate) fn token_path() -> String {
    format!("/{TENANT}/oauth2/v2.0/token")
}

pub(crate) fn form(changes: &[(&str, Option<&str>)]) -> String {
    let ordinary = [
        ("grant_type", "client_credentials"),
        ("client_id", DAEMON),
        ("client_secret", SECRET),
        ("scope", "api://your-api-id/.default"),
    ];
    let kept = ordinary
        .into_iter()
        .filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    let new = changes
        .iter()
        .filter_map(|(name, value)| value.map(|value| (*name, value)));
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(kept.chain(new))
        .finish()
}

pub(crate) fn json(response: &Response<Vec<u8>>) -> Value {
    serde_json::from_slice(response.body()).unwrap()
}

/// The claims of a token, unverified.
pub(crate) fn claims(token: &Value) -> Value {
    let claims = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}

pub(crate) fn header<'r>(response: &'r Response<Vec<u8>>, name: &str) -> Option<&'r str> {
    response
        .headers()
        .get(name)
        .map(|value| value.to_str().unwrap())
}
