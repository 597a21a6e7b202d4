//! One request: what came in, its circumstances, and what every answer to it repeats.

mod answer;
pub(crate) mod incoming;

use http::Request;

use crate::remembered::options::{IssuerShape, Options};
use crate::value::{cloud::Cloud, guid::Guid, origin::Origin, time::UnixTime};

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

const CLIENT_REQUEST_ID: &str = "client-request-id";
