//! The tenant's front door.

use std::sync::{Mutex, PoisonError};

use http::{HeaderValue, Method, Request, Response, StatusCode, header::ALLOW};

use crate::endpoint::{
    authorize, device_authorization, device_page, error_page, graph, instance_discovery, key_set,
    logout, metadata, route::Route, start_page, token, your_api,
};
use crate::exchange::{Exchange, incoming::Incoming};
use crate::person::sign_in;
use crate::platform::{app_service, arc, azure_pipelines, cloud_shell, github_actions, imds};
use crate::remembered::Remembered;
use crate::tenant::{authority::Authority, registration::Tenant};
use crate::test_control::{TestControl, faults_of};
use crate::value::{cloud::Cloud, origin::Origin, time::UnixTime};

/// A tenant that answers requests.
#[derive(Debug)]
pub struct Emulator {
    tenant: Tenant,
    test_control: Option<TestControl>,
    remembered: Mutex<Remembered>,
    cloud: Cloud,
}

impl Emulator {
    /// An emulator of this tenant.
    pub fn new(tenant: Tenant) -> Self {
        Self {
            tenant,
            test_control: None,
            remembered: Mutex::default(),
            cloud: Cloud::default(),
        }
    }

    /// An emulator that tests can also steer and question. It keeps what it receives, secrets
    /// included.
    ///
    /// | request | effect |
    /// |---|---|
    /// | `POST /__emulator/faults` | queues a fault, or a list of them, each for one request |
    /// | `GET /__emulator/requests` | the requests received, oldest first |
    /// | `DELETE /__emulator/requests` | forgets them |
    /// | `POST /__emulator/clock` with `{"advance": seconds}` | moves the clock, also backwards |
    /// | `GET /__emulator/clock` | `{"now": seconds}` since the Unix epoch |
    /// | `POST /__emulator/device` | decides on a device code: `user_code` (the newest open one if absent), `action` (`approve`, `decline` or `expire`), `user` (alice if absent) |
    /// | `POST /__emulator/policies` | lets people's tokens be refused: `user`, `client`, `resource` (whom it concerns), `code` (50076 if absent), `error`, `suberror`. The refusal's `claims`, sent back in a new sign-in, satisfy it |
    /// | `DELETE /__emulator/policies` | ends that |
    /// | `POST /__emulator/revoke` | ends sessions and refresh tokens of `user` (alice if absent), with `"consent": true` also consent |
    /// | `POST /__emulator/external-token` | `{"token": …}` of a workload elsewhere: `issuer`, `subject`, `audience`, `lifetime`; by default a Kubernetes service account's |
    /// | `POST /__emulator/certificates` with a certificate (PEM) | registers it for the client `?client=`, or the first that has credentials |
    /// | `GET /__emulator/options` | the options |
    /// | `POST /__emulator/options` | changes those that are named |
    /// | `DELETE /__emulator` | starts afresh: forgets everything and resets the clock |
    ///
    /// | option | effect |
    /// |---|---|
    /// | `refuse_replayed_assertions` | a client assertion's `jti` counts once (50012) |
    /// | `device_interval` | seconds between two polls (5) |
    /// | `slow_down` | answers `slow_down` to a device that polls more often |
    /// | `single_use_refresh_tokens` | revokes a refresh token when it is used |
    /// | `sign_in_as` | this user is signed in at every browser and consents to everything |
    /// | `has_system_identity` | whether there is a system-assigned managed identity |
    /// | `ignore_identity_selector` | managed identity answers as an old agent: always system-assigned |
    /// | `arc_key_file`, `arc_key` | the file that the Arc challenge names, and its content |
    /// | `extra_applications` | so many more applications in Graph |
    /// | `foreign_next_link` | the origin of Graph's `@odata.nextLink` |
    /// | `line_feeds` | breaks the lines of error descriptions, as Entra ID did until 2023 |
    /// | `cloud` | `global`, `china`, `us-government`, `france`, `germany` or `singapore` |
    /// | `issuer` | the v2.0 issuer's shape: `workforce`, `ciam` or `b2c` |
    ///
    /// A received request has the members `time`, `method`, `path`, `query`, `headers` (pairs),
    /// `form` (decoded pairs, or `null` for another kind of body) and `body`.
    ///
    /// A fault is JSON with any of these members:
    ///
    /// | member | effect on the answer |
    /// |---|---|
    /// | `endpoint` | whose answer: `token` (if absent), `any`, `authorize`, `device_code`, `external`, `graph`, `instance`, `keys`, `managed_identity`, `metadata` |
    /// | `status` | this status; from 400 on with a fitting error body |
    /// | `error`, `code` | an error body with these, under `status` even if that is 200 |
    /// | `retry_after` | this text in `Retry-After` |
    /// | `set`, `omit` | members of the JSON body to replace or add, and to leave out |
    /// | `body` | `html`, `truncated`, `huge` (10 MB of valid JSON) or `empty` instead |
    /// | `redirect` | `Location` with this text, status 307, no body |
    /// | `delay_ms` | comes later |
    /// | `close` | the connection closes in the middle of the body |
    /// | `hang_up` | the connection closes without an answer |
    /// | `odd` | a list of ways to write the same: `numbers_as_text`, `extra_members`, `other_case`, `charset`, `byte_order_mark` |
    /// | `times` | so many requests, one if absent |
    /// | `for_seconds` | all requests of so many seconds from now on |
    ///
    /// A probe of the metadata service meets a fault without using it up.
    pub fn with_controls(tenant: Tenant) -> Self {
        Self {
            tenant,
            test_control: Some(TestControl::default()),
            remembered: Mutex::default(),
            cloud: Cloud::default(),
        }
    }

    /// The same with a clock that is `clock_offset` seconds ahead, and with faults, each as JSON as for
    /// `/__emulator/faults`. Needs controls.
    pub fn disturbed(
        self,
        clock_offset: i64,
        faults: &[String],
        now: UnixTime,
    ) -> Result<Self, String> {
        let mut queue = Vec::new();
        for fault in faults {
            let described = serde_json::from_str(fault).map_err(|error| error.to_string())?;
            queue.extend(faults_of(described)?);
        }
        if let Some(control) = &self.test_control {
            control.arrange(clock_offset, queue, now);
        }
        Ok(self)
    }

    /// The same in another cloud. Requests to one of Microsoft's own sign-in hosts are answered as
    /// that host's cloud anyway.
    pub fn in_cloud(mut self, cloud: Cloud) -> Self {
        self.cloud = cloud;
        self
    }

    /// Answers one request that reached `origin` at `now`. Only the request's path and query are
    /// looked at, so its URI may be absolute or not. A [`Disruption`](crate::Disruption) in the
    /// answer's extensions asks for delay or damage.
    pub fn respond(
        &self,
        request: &Request<Vec<u8>>,
        origin: &Origin,
        now: UnixTime,
    ) -> Response<Vec<u8>> {
        let mut remembered = self
            .remembered
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut now = now;
        if let Some(test_control) = &self.test_control {
            if let Some(answer) = test_control.answer(request, now, &self.tenant, &mut remembered) {
                return answer;
            }
            now = test_control.record(request, now);
        }
        let mut incoming = Incoming {
            tenant: &self.tenant,
            request,
            exchange: Exchange::new(request, origin, now).arranged(self.cloud, &remembered.options),
            remembered: &mut remembered,
        };
        let route = Route::from_path(request.uri().path());
        let genuine = answer(route, &mut incoming);
        let fault = route.endpoint().and_then(|endpoint| {
            let control = self.test_control.as_ref()?;
            control.next_fault(endpoint, !is_probe(route, &incoming), now)
        });
        match fault {
            Some(fault) => fault.apply(genuine, &incoming.exchange),
            None => genuine,
        }
    }
}

/// Whether somebody only looks whether there is a metadata service.
fn is_probe(route: Route<'_>, incoming: &Incoming<'_>) -> bool {
    route == Route::ImdsToken && !imds::has_metadata_header(incoming)
}

fn answer(route: Route<'_>, incoming: &mut Incoming<'_>) -> Response<Vec<u8>> {
    match route {
        Route::Token(segment) => {
            let outcome = token::answer(segment, incoming);
            incoming.exchange.issued(outcome)
        }
        Route::AppServiceToken => app_service::answer(incoming),
        Route::ArcToken => arc::answer(incoming),
        Route::CloudShellToken => cloud_shell::answer(incoming),
        Route::YourApi(path) => your_api::answer(path, incoming),
        Route::Error => error_page::answer(incoming),
        Route::Graph(path) => graph::answer(path, incoming),
        Route::ImdsToken => imds::answer(incoming),
        Route::Authorize(segment) => authorize::answer(segment, incoming),
        Route::DeviceCode(segment) => {
            let outcome = device_authorization::answer(segment, incoming);
            incoming.exchange.issued(outcome)
        }
        Route::DevicePage(segment) => device_page::answer(segment, incoming),
        Route::Login => sign_in::answer(incoming),
        Route::Logout => logout::answer(incoming),
        Route::AzurePipelinesToken => azure_pipelines::answer(incoming),
        Route::GitHubActionsToken => github_actions::answer(incoming),
        Route::StartPage if is_read(incoming.request.method()) => start_page::answer(incoming),
        _ if !is_read(incoming.request.method()) => method_not_allowed(&incoming.exchange),
        _ => document(route, incoming),
    }
}

/// What is only read.
fn document(route: Route<'_>, incoming: &Incoming<'_>) -> Response<Vec<u8>> {
    let exchange = &incoming.exchange;
    let authority = |segment| Authority::from_segment(segment, incoming.tenant);
    match route {
        Route::InstanceDiscovery => {
            exchange.published(instance_discovery::answer(incoming.request.uri(), exchange))
        }
        Route::Keys(segment, version) => exchange.published(
            authority(segment)
                .and_then(|authority| key_set::document(authority, version, exchange)),
        ),
        Route::Metadata(segment, version) => exchange.published(
            authority(segment).map(|authority| metadata::document(authority, version, exchange)),
        ),
        _ => exchange.empty(StatusCode::NOT_FOUND),
    }
}

fn is_read(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// RFC 9110 section 15.5.6: the answer names the methods that would do.
fn method_not_allowed(exchange: &Exchange<'_>) -> Response<Vec<u8>> {
    let mut response = exchange.empty(StatusCode::METHOD_NOT_ALLOWED);
    response
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
    response
}
