//! One request and what every answer to it repeats.

pub(crate) mod incoming;

use http::{
    HeaderName, HeaderValue, Request, Response, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE, EXPIRES, PRAGMA, SET_COOKIE},
};
use serde_json::Value;

use crate::{
    refusal::Refusal,
    remembered::options::{IssuerShape, Options},
    value::{cloud::Cloud, guid::Guid, origin::Origin, time::UnixTime},
};

/// The circumstances of one request.
pub(crate) struct Exchange<'a> {
    pub(crate) origin: &'a Origin,
    pub(crate) now: UnixTime,
    /// The server's name for this request, also in `x-ms-request-id`.
    pub(crate) trace_id: Guid,
    /// The client's name for this request, or a fresh one.
    pub(crate) correlation_id: Guid,
    /// The client's name as it was sent.
    client_request_id: Option<Guid>,
    cloud: Cloud,
    issuer: IssuerShape,
    /// What stands between the parts of an error description.
    pub(crate) separator: &'static str,
}

impl<'a> Exchange<'a> {
    pub(crate) fn new(request: &Request<Vec<u8>>, origin: &'a Origin, now: UnixTime) -> Self {
        let client_request_id = client_request_id(request);
        let correlation_id = client_request_id.unwrap_or_else(Guid::random);
        Self {
            origin,
            now,
            trace_id: Guid::random(),
            correlation_id,
            client_request_id,
            cloud: Cloud::of_host(origin.authority()).unwrap_or_default(),
            issuer: IssuerShape::default(),
            separator: " ",
        }
    }

    /// The same in a cloud, unless the host already told which, and with what tests arranged.
    pub(crate) fn arranged(mut self, cloud: Cloud, options: &Options) -> Self {
        let cloud = options.cloud.unwrap_or(cloud);
        self.cloud = Cloud::of_host(self.origin.authority()).unwrap_or(cloud);
        self.issuer = options.issuer;
        if options.line_feeds {
            self.separator = "\r\n";
        }
        self
    }

    /// The cloud that the tenant is in.
    pub(crate) fn cloud(&self) -> Cloud {
        self.cloud
    }

    /// Lets the answer carry an earlier request's name.
    pub(crate) fn correlate(&mut self, earlier: Guid) {
        self.correlation_id = earlier;
        self.client_request_id = Some(earlier);
    }

    /// The issuer of v1.0 tokens for a tenant. A real sign-in host is not its own issuer.
    pub(crate) fn v1_issuer(&self, tenant_id: &str) -> String {
        match Cloud::of_host(self.origin.authority()) {
            Some(cloud) => format!("{}/{tenant_id}/", cloud.names().v1_issuer),
            None => format!("{}/{tenant_id}/", self.origin),
        }
    }

    /// The issuer of v2.0 tokens for a tenant.
    pub(crate) fn v2_issuer(&self, tenant_id: &str) -> String {
        let Self { origin, issuer, .. } = self;
        match issuer {
            IssuerShape::B2c => format!("{origin}/{tenant_id}/v2.0/"),
            IssuerShape::Ciam => format!("https://{tenant_id}.ciamlogin.com/{tenant_id}/v2.0"),
            IssuerShape::Workforce => format!("{origin}/{tenant_id}/v2.0"),
        }
    }

    /// A public document, or why there is none. Entra ID lets both be cached for a day.
    pub(crate) fn published(&self, document: Result<Value, Refusal>) -> Response<Vec<u8>> {
        let mut response = self.json(document);
        let headers = response.headers_mut();
        headers.insert(
            CACHE_CONTROL,
            HeaderValue::from_static("max-age=86400, private"),
        );
        headers.insert("access-control-allow-origin", HeaderValue::from_static("*"));
        headers.insert(
            "access-control-allow-methods",
            HeaderValue::from_static("GET, OPTIONS"),
        );
        response
    }

    /// An answer of the token endpoint (RFC 6749 section 5.1: never cached), with cookies that no
    /// client should keep.
    pub(crate) fn issued(&self, grant: Result<Value, Refusal>) -> Response<Vec<u8>> {
        let code = grant.as_ref().err().map_or(0, |refusal| refusal.code);
        let mut response = self.json(grant);
        let headers = response.headers_mut();
        headers.insert(
            CACHE_CONTROL,
            HeaderValue::from_static("no-store, no-cache"),
        );
        headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
        headers.insert(EXPIRES, HeaderValue::from_static("-1"));
        insert(
            &mut response,
            HeaderName::from_static("x-ms-clitelem"),
            &format!("1,{code},0,,"),
        );
        for cookie in COOKIES {
            response
                .headers_mut()
                .append(SET_COOKIE, HeaderValue::from_static(cookie));
        }
        response
    }

    /// An answer without a body.
    pub(crate) fn empty(&self, status: StatusCode) -> Response<Vec<u8>> {
        let mut response = Response::new(Vec::new());
        *response.status_mut() = status;
        self.stamp(&mut response);
        response
    }

    /// A refusal outside the token endpoint.
    pub(crate) fn refused(&self, refusal: Refusal) -> Response<Vec<u8>> {
        self.json(Err(refusal))
    }

    fn json(&self, outcome: Result<Value, Refusal>) -> Response<Vec<u8>> {
        match outcome {
            Ok(body) => self.json_body(StatusCode::OK, &body),
            Err(refusal) => self.json_body(refusal.status(), &refusal.to_json(self)),
        }
    }

    /// An answer of JSON, whatever its status.
    pub(crate) fn json_body(&self, status: StatusCode, body: &Value) -> Response<Vec<u8>> {
        let mut response = self.empty(status);
        let json = HeaderValue::from_static("application/json; charset=utf-8");
        response.headers_mut().insert(CONTENT_TYPE, json);
        *response.body_mut() = body.to_string().into_bytes();
        response
    }

    /// The headers of every answer.
    fn stamp(&self, response: &mut Response<Vec<u8>>) {
        for (name, value) in EVERY_ANSWER {
            response
                .headers_mut()
                .insert(name, HeaderValue::from_static(value));
        }
        insert(
            response,
            HeaderName::from_static("x-ms-request-id"),
            &self.trace_id.to_string(),
        );
        if let Some(id) = self.client_request_id {
            insert(
                response,
                HeaderName::from_static("client-request-id"),
                &id.to_string(),
            );
        }
    }
}

/// Most clients name their request in a header, msal-node in the query.
fn client_request_id(request: &Request<Vec<u8>>) -> Option<Guid> {
    let header = request
        .headers()
        .get(CLIENT_REQUEST_ID)
        .and_then(|value| value.to_str().ok());
    header.and_then(Guid::parse).or_else(|| {
        let query = request.uri().query().unwrap_or_default();
        form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name == CLIENT_REQUEST_ID)
            .and_then(|(_, value)| Guid::parse(&value))
    })
}

/// Sets a header from text that is visible ASCII by construction; other text sets nothing.
fn insert(response: &mut Response<Vec<u8>>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

const CLIENT_REQUEST_ID: &str = "client-request-id";

/// As recorded from Entra ID, except for the server's name.
const EVERY_ANSWER: [(&str, &str); 6] = [
    ("p3p", "CP=\"DSP CUR OTPi IND OTRi ONL FIN\""),
    (
        "strict-transport-security",
        "max-age=31536000; includeSubDomains",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-ms-ests-server", "entra-emulator"),
    ("x-ms-srs", "1.P"),
    ("x-xss-protection", "0"),
];

/// Entra ID sets cookies on token answers; a command-line client must not send them back.
const COOKIES: [&str; 2] = [
    "fpc=emulator; path=/; secure; HttpOnly; SameSite=None",
    "x-ms-gateway-slice=emulator; path=/; secure; HttpOnly",
];
