//! A token from the platform itself, for a program that runs in Azure.
//!
//! [Managed identities](https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token). The environment
//! decides whom to ask ([`Source::choose`]); Azure Arc wants to see that the caller may read a file ([`arc`]). The platform keeps
//! tokens of its own, so asking again seldom brings a newer one.

pub mod arc;
pub mod assignment;
pub mod source;

use std::time::Duration;

use http::header::AUTHORIZATION;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use url::Url;
use zeroize::Zeroizing;

use self::assignment::ManagedIdentity;
use self::source::Source;
use crate::authority::Authority;
use crate::exchange::answer::{Members, members, with_response};
use crate::exchange::server_time::server_time;
use crate::exchange::{form, platform_request};
use crate::refusal::error::Error;
use crate::refusal::peer::Peer;
use crate::refusal::server_error::ServerError;
use crate::refusal::unacceptable::Unacceptable;
use crate::request::claims::CLIENT_CAPABILITY;
use crate::request::client_id::ClientId;
use crate::request::scope::Scopes;
use crate::token::jwt::Jwt;
use crate::token::response::{BEARER, TokenResponse, refresh_in_or_half};
use crate::value::impossible::Impossible;
use crate::value::printable::quoted;
use crate::value::secret::Secret;
use crate::value::time::Timestamp;

/// How long to wait for the first sign of a metadata service when nobody says: on a machine that has only just started it takes
/// some seconds, and where there is none nobody wants to wait for long.
pub const PROBE_TIME: Duration = Duration::from_secs(5);

/// The pause before somebody looks again.
pub const PROBE_PAUSE: Duration = Duration::from_millis(500);

/// Tokens of managed identities live for a day; more is a mistake.
const LONGEST_LIFE: Duration = Duration::from_secs(2 * 24 * 60 * 60);

/// What shows the platform that its own environment asks, and no page that was led to its address.
const IDENTITY_HEADER: HeaderName = HeaderName::from_static("x-identity-header");
const METADATA: HeaderName = HeaderName::from_static("metadata");
const SECRET: HeaderName = HeaderName::from_static("secret");

/// What the platform said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The token.
    Token(Box<TokenResponse>),
    /// Azure Arc wants to see the content of this file, one of its own ([`ManagedIdentityRequest::with_arc_key`]). It must not be
    /// a link, nor larger than [`arc::MAX_KEY_SIZE`].
    KeyWanted(String),
}

/// Everything that a request to the platform says.
#[derive(Clone, Debug)]
pub struct ManagedIdentityRequest {
    source: Source,
    url: Url,
    resource: String,
    identity: ManagedIdentity,
    authorization: Option<Secret>,
}

impl ManagedIdentityRequest {
    /// Refuses what the source cannot do.
    pub fn new(
        source: Source,
        identity: ManagedIdentity,
        scopes: &Scopes,
    ) -> Result<Self, Impossible> {
        identity.check()?;
        let resource = scopes.for_resource()?.to_owned();
        let url = source.url(&resource, &identity)?;
        Ok(Self {
            source,
            url,
            resource,
            identity,
            authorization: None,
        })
    }

    /// Shows Azure Arc the content of the file that it named ([`Answer::KeyWanted`]).
    pub fn with_arc_key(self, content: &[u8]) -> Result<Self, Impossible> {
        Ok(Self {
            authorization: Some(arc::authorization(content)?),
            ..self
        })
    }

    /// Tells the platform that this client understands claims challenges, where it can be told.
    #[must_use]
    pub fn with_capability(mut self) -> Self {
        if matches!(self.source, Source::AppService { .. }) {
            self.url
                .query_pairs_mut()
                .append_pair("xms_cc", CLIENT_CAPABILITY);
        }
        self
    }

    /// The platform in the place of an authority, for [`CacheKey`](crate::token::cache::CacheKey).
    pub fn authority(&self) -> Authority {
        Authority::of_platform(&self.url)
    }

    /// The identity in the place of a client id, for [`CacheKey`](crate::token::cache::CacheKey).
    pub fn client_id(&self) -> ClientId {
        ClientId::of_managed_identity(match &self.identity {
            ManagedIdentity::SystemAssigned => "system-assigned",
            ManagedIdentity::ClientId(id)
            | ManagedIdentity::ObjectId(id)
            | ManagedIdentity::ResourceId(id) => id,
        })
    }

    /// Whom it goes to.
    pub const fn peer(&self) -> Peer {
        Peer::Platform(self.source.platform())
    }

    /// What to do about a refusal, in the words of what was asked for.
    pub fn advice(&self, refusal: &ServerError) -> Option<String> {
        let is_unknown = matches!(refusal.status, 400 | 404) && !refusal.is_transient();
        let place = match self.source {
            Source::Imds { .. } | Source::Arc { .. } => "machine",
            Source::AppService { .. } | Source::AzureMl { .. } => "service",
            Source::CloudShell { .. } => return self.peer().hint(refusal.status),
        };
        match &self.identity {
            _ if !is_unknown => self.peer().hint(refusal.status),
            ManagedIdentity::SystemAssigned => Some(format!(
                "check that the system-assigned identity of this {place} is enabled, or name one that is assigned to it with `--identity`; check {} too",
                quoted(&self.resource)
            )),
            ManagedIdentity::ClientId(id)
            | ManagedIdentity::ObjectId(id)
            | ManagedIdentity::ResourceId(id) => Some(format!(
                "check that identity {} is assigned to this {place}, and the resource {}",
                quoted(id),
                quoted(&self.resource)
            )),
        }
    }

    /// The request to send: past every proxy, and following no redirect.
    pub fn to_http(&self) -> Result<Request<Zeroizing<Vec<u8>>>, Impossible> {
        let mut headers: Vec<(HeaderName, &Secret)> = Vec::new();
        match &self.source {
            Source::AppService { header, .. } => headers.push((IDENTITY_HEADER, header)),
            Source::AzureMl { secret, .. } => headers.push((SECRET, secret)),
            Source::Arc { .. } | Source::CloudShell { .. } | Source::Imds { .. } => {}
        }
        if let Some(authorization) = &self.authorization {
            headers.push((AUTHORIZATION, authorization));
        }
        let mut request = platform_request::get(&self.url, &headers)?;
        if matches!(
            self.source,
            Source::Arc { .. } | Source::CloudShell { .. } | Source::Imds { .. }
        ) {
            request
                .headers_mut()
                .insert(METADATA, HeaderValue::from_static("true"));
        }
        if matches!(self.source, Source::CloudShell { .. }) {
            *request.method_mut() = Method::POST;
            form::fill(&mut request, &[("resource", &self.resource)]);
        }
        Ok(request)
    }

    /// The request that shows whether there is a metadata service at all; wait for [`PROBE_TIME`], or for as long as the caller says. Any answer will do. `None`
    /// for sources that the environment vouches for.
    pub fn to_probe(&self) -> Option<Request<Zeroizing<Vec<u8>>>> {
        match &self.source {
            // Without `Metadata: true`, so that the answer is a quick refusal.
            Source::Imds { .. } => platform_request::get(&self.url, &[]).ok(),
            _ => None,
        }
    }

    /// Reads the answer that came at `now`.
    pub fn read(
        &self,
        response: &Response<impl AsRef<[u8]>>,
        now: Timestamp,
    ) -> Result<Answer, Error> {
        if let Source::Arc { key_folder, .. } = &self.source
            && self.authorization.is_none()
            && response.status() == StatusCode::UNAUTHORIZED
        {
            return arc::key_file(response, key_folder).map(Answer::KeyWanted);
        }
        let members = members(response, self.peer(), now)?;
        let server = server_time(response.headers()).unwrap_or(now);
        let token = self
            .token(
                Members::new(self.peer(), "managed identity's answer", members),
                now,
                server,
            )
            .map_err(|error| with_response(error, response, now))?;
        Ok(Answer::Token(Box::new(token)))
    }

    fn token(
        &self,
        mut members: Members,
        now: Timestamp,
        server: Timestamp,
    ) -> Result<TokenResponse, Unacceptable> {
        let token_type = members.take_text("token_type")?;
        if token_type.is_some_and(|token_type| !token_type.eq_ignore_ascii_case(BEARER)) {
            return Err(members.invalid("a `token_type` other than `Bearer`"));
        }
        let access_token = members
            .take_secret("access_token")?
            .ok_or_else(|| members.missing("access_token"))?;
        let life = life(&mut members, &access_token, server)?;
        self.check_echo(&mut members)?;
        Ok(TokenResponse {
            access_token,
            obtained_at: now,
            expires_at: now.saturating_add(life),
            refresh_at: refresh_in_or_half(members.take_seconds("refresh_in").ok().flatten(), life)
                .map(|span| now.saturating_add(span)),
            extended_expires_at: None,
            scopes: None,
            refresh_token: None,
            id_token: None,
            account: None,
        })
    }

    /// Old agents of Azure Arc ignore which identity was asked for and answer with their own.
    fn check_echo(&self, members: &mut Members) -> Result<(), Unacceptable> {
        let Some((names, expected)) = self.identity.echo() else {
            return Ok(());
        };
        let mut echo = None;
        for name in names {
            let value = members.take_text(name)?.filter(|value| !value.is_empty());
            echo = echo.or(value);
        }
        match echo {
            Some(echo) if echo.eq_ignore_ascii_case(expected) => Ok(()),
            None if !matches!(self.source, Source::Arc { .. }) => Ok(()),
            _ => Err(members
                .invalid(format_args!("a token for another identity than {}", quoted(expected)))
                .with_hint("check the identity's id; an old Azure Arc agent knows only the machine's own identity")),
        }
    }
}

/// By the absolute time, else by the span, else by what the token says of itself: the first that can be. Nothing if none of
/// them says. The absolute time is one of the server's clock.
fn life(
    members: &mut Members,
    access_token: &Secret,
    server: Timestamp,
) -> Result<Duration, Unacceptable> {
    let until = |end: Timestamp| end.saturating_since(server);
    let own_end = match Jwt::decode_unverified(access_token.expose()) {
        Ok(Jwt::Signed(jwt)) => jwt.expires_at(),
        _ => None,
    };
    let said = [
        members.take_time("expires_on").map(until),
        members.take_seconds("expires_in").ok().flatten(),
        own_end.map(until),
    ];
    let mut said = said.into_iter().flatten().peekable();
    if said.peek().is_none() {
        return Ok(Duration::ZERO);
    }
    said.find(|life| !life.is_zero() && *life <= LONGEST_LIFE)
        .ok_or_else(|| {
            members
                .invalid("a token that is past its time, or good for more than two days")
                .with_hint("check this computer's clock")
        })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::grant::managed_identity::source::Environment;
    use crate::grant::recorded;
    use crate::refusal::peer::Platform;

    const GUID: &str = "99999999-8888-7777-6666-555555555555";
    const RESOURCE_ID: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/my id";
    const NOW: Timestamp = Timestamp::from_unix_seconds(1_739_913_600);

    fn source(variables: &[(&str, &str)]) -> Source {
        Source::choose(&Environment::from_variables(variables.iter().copied())).unwrap()
    }

    fn every_source() -> [(&'static str, Source); 5] {
        [
            ("imds", source(&[])),
            (
                "app service",
                source(&[
                    ("IDENTITY_ENDPOINT", "http://127.0.0.1:41741/msi/token"),
                    ("IDENTITY_HEADER", "S3cr3t"),
                ]),
            ),
            (
                "azure ml",
                source(&[
                    ("MSI_ENDPOINT", "http://127.0.0.1:46808/token"),
                    ("MSI_SECRET", "S3cr3t"),
                ]),
            ),
            (
                "cloud shell",
                source(&[("MSI_ENDPOINT", "http://localhost:50342/oauth2/token")]),
            ),
            (
                "arc",
                source(&[
                    (
                        "IDENTITY_ENDPOINT",
                        "http://localhost:40342/metadata/identity/oauth2/token",
                    ),
                    ("IMDS_ENDPOINT", "http://localhost:40342"),
                ]),
            ),
        ]
    }

    fn request(
        source: Source,
        identity: ManagedIdentity,
    ) -> Result<ManagedIdentityRequest, Impossible> {
        let scopes = Scopes::parse("https://management.azure.com//.default").unwrap();
        ManagedIdentityRequest::new(source, identity, &scopes)
    }

    #[test]
    fn each_source_has_its_request() {
        let resource = "resource=https%3A%2F%2Fmanagement.azure.com%2F";
        let expected = [
            (
                "GET",
                format!(
                    "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&{resource}"
                ),
                Some(("metadata", "true")),
            ),
            (
                "GET",
                format!("http://127.0.0.1:41741/msi/token?api-version=2019-08-01&{resource}"),
                Some(("x-identity-header", "S3cr3t")),
            ),
            (
                "GET",
                format!("http://127.0.0.1:46808/token?api-version=2017-09-01&{resource}"),
                Some(("secret", "S3cr3t")),
            ),
            (
                "POST",
                "http://localhost:50342/oauth2/token".to_owned(),
                Some(("metadata", "true")),
            ),
            (
                "GET",
                format!(
                    "http://localhost:40342/metadata/identity/oauth2/token?api-version=2020-06-01&{resource}"
                ),
                Some(("metadata", "true")),
            ),
        ];
        for ((name, source), (method, url, header)) in every_source().into_iter().zip(expected) {
            let sent = request(source, ManagedIdentity::SystemAssigned)
                .unwrap()
                .to_http()
                .unwrap();
            assert_eq!(sent.method(), method, "{name}");
            assert_eq!(sent.uri(), url.as_str(), "{name}");
            if let Some((header, value)) = header {
                assert_eq!(sent.headers()[header], value, "{name}");
            }
            assert!(!format!("{sent:?}").contains("S3cr3t"), "{name}");
            if method == "POST" {
                let fields = recorded::fields(sent.body());
                assert_eq!(fields["resource"], "https://management.azure.com/");
                assert_eq!(
                    sent.headers()["content-length"],
                    sent.body().len().to_string().as_str()
                );
            }
        }
    }

    #[test]
    fn each_source_names_an_identity_in_its_way() {
        let rows = [
            (
                "imds",
                ManagedIdentity::ClientId(GUID.to_owned()),
                Some("client_id"),
            ),
            (
                "imds",
                ManagedIdentity::ObjectId(GUID.to_owned()),
                Some("object_id"),
            ),
            (
                "imds",
                ManagedIdentity::ResourceId(RESOURCE_ID.to_owned()),
                Some("msi_res_id"),
            ),
            (
                "app service",
                ManagedIdentity::ClientId(GUID.to_owned()),
                Some("client_id"),
            ),
            (
                "app service",
                ManagedIdentity::ObjectId(GUID.to_owned()),
                Some("object_id"),
            ),
            (
                "app service",
                ManagedIdentity::ResourceId(RESOURCE_ID.to_owned()),
                Some("mi_res_id"),
            ),
            (
                "azure ml",
                ManagedIdentity::ClientId(GUID.to_owned()),
                Some("clientid"),
            ),
            ("azure ml", ManagedIdentity::ObjectId(GUID.to_owned()), None),
            (
                "azure ml",
                ManagedIdentity::ResourceId(RESOURCE_ID.to_owned()),
                None,
            ),
            (
                "cloud shell",
                ManagedIdentity::ClientId(GUID.to_owned()),
                None,
            ),
            (
                "arc",
                ManagedIdentity::ClientId(GUID.to_owned()),
                Some("client_id"),
            ),
            (
                "arc",
                ManagedIdentity::ResourceId(RESOURCE_ID.to_owned()),
                Some("msi_res_id"),
            ),
        ];
        for (name, identity, expected) in rows {
            let (_, source) = every_source()
                .into_iter()
                .find(|(other, _)| *other == name)
                .unwrap();
            let parameter = request(source, identity.clone()).ok().map(|request| {
                let (name, value) = request.url.query_pairs().into_owned().last().unwrap();
                assert!([GUID, RESOURCE_ID].contains(&value.as_str()));
                name
            });
            assert_eq!(parameter.as_deref(), expected, "{name} {identity:?}");
        }
        for identity in [
            ManagedIdentity::ClientId("x&resource=evil".to_owned()),
            ManagedIdentity::ClientId(String::new()),
            ManagedIdentity::ObjectId("../x".to_owned()),
            ManagedIdentity::ResourceId("https://evil.test".to_owned()),
            ManagedIdentity::ResourceId("/subscriptions/a\r\nb".to_owned()),
        ] {
            assert!(
                request(source(&[]), identity.clone()).is_err(),
                "{identity:?}"
            );
        }
    }

    fn read(
        source: Source,
        identity: ManagedIdentity,
        body: &Value,
    ) -> Result<TokenResponse, Error> {
        let response = Response::new(body.to_string().into_bytes());
        match request(source, identity).unwrap().read(&response, NOW)? {
            Answer::Token(token) => Ok(*token),
            Answer::KeyWanted(path) => panic!("{path} is wanted"),
        }
    }

    #[test]
    fn only_arc_asks_for_a_key_and_only_once() {
        let response = Response::builder()
            .status(401)
            .header(
                "www-authenticate",
                "Basic realm=/var/opt/azcmagent/tokens/1f4b.key",
            )
            .body(b"".as_slice())
            .unwrap();
        for (name, source) in every_source() {
            let request = request(source, ManagedIdentity::SystemAssigned).unwrap();
            let answer = request.read(&response, NOW).ok();
            let wanted = Answer::KeyWanted("/var/opt/azcmagent/tokens/1f4b.key".to_owned());
            assert_eq!(answer, (name == "arc").then_some(wanted), "{name}");
            let again = request.with_arc_key(b"k3y").unwrap();
            assert!(again.read(&response, NOW).is_err(), "{name}");
        }
    }

    #[test]
    fn the_recorded_answer_is_read() {
        let token = read(source(&[]), ManagedIdentity::SystemAssigned, &json!({
            "access_token": "a", "client_id": GUID, "expires_in": "86400", "expires_on": "1740000000",
            "ext_expires_in": "86399", "not_before": "1739913300", "resource": "https://management.azure.com/",
            "token_type": "Bearer",
        }))
        .unwrap();
        assert_eq!(token.expires_at.unix_seconds(), 1_740_000_000);
        assert_eq!(
            token.refresh_at.unwrap().unix_seconds(),
            1_739_913_600 + 43_200
        );
    }

    #[test]
    fn times_are_taken_as_the_platform_writes_them() {
        let now = NOW.unix_seconds();
        let rows = [
            (
                "text",
                json!(format!("{}", now + 100)),
                Value::Null,
                Some(100),
            ),
            ("number", json!(now + 100), Value::Null, Some(100)),
            ("both", json!(now + 100), json!("200"), Some(100)),
            (
                "date of an old service",
                json!("09/14/2017 00:00:00 PM +00:00"),
                json!("200"),
                Some(200),
            ),
            ("span alone", Value::Null, json!("200"), Some(200)),
            ("two days", json!(now + 172_800), Value::Null, Some(172_800)),
            ("more", json!(now + 172_801), Value::Null, None),
            ("past", json!(now), Value::Null, None),
            ("long past", json!("1"), Value::Null, None),
            (
                "milliseconds",
                json!(NOW.unix_seconds() * 1000),
                json!("200"),
                Some(200),
            ),
            ("no time at all", Value::Null, json!(0), None),
            // 100 seconds after `NOW`.
            (
                "date in twelve hours",
                json!("02/18/2025 09:21:40 PM +00:00"),
                Value::Null,
                Some(100),
            ),
            (
                "date of ISO 8601",
                json!("2025-02-18T21:21:40Z"),
                Value::Null,
                Some(100),
            ),
            // Known to nobody, so that the token is used but not kept.
            ("unreadable", json!("09/14/2017"), Value::Null, Some(0)),
            ("neither", Value::Null, Value::Null, Some(0)),
            ("negative", json!(-1), Value::Null, Some(0)),
        ];
        for (name, expires_on, expires_in, expected) in rows {
            let body =
                json!({"access_token": "a", "expires_on": expires_on, "expires_in": expires_in});
            let life = read(source(&[]), ManagedIdentity::SystemAssigned, &body)
                .ok()
                .map(|token| token.expires_at.saturating_since(NOW).as_secs());
            assert_eq!(life, expected, "{name}");
        }
    }

    #[test]
    fn the_platforms_clock_and_the_token_itself_say_when_it_ends() {
        // {"alg":"RS256"} and {"exp":1739913700}, 100 seconds after `NOW`.
        let token = "eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjE3Mzk5MTM3MDB9.c2ln";
        let life = |date: Option<&str>, body: &Value| {
            let mut response = Response::builder();
            if let Some(date) = date {
                response = response.header("date", date);
            }
            let response = response.body(body.to_string().into_bytes()).unwrap();
            let request = request(source(&[]), ManagedIdentity::SystemAssigned).unwrap();
            let Answer::Token(token) = request.read(&response, NOW).unwrap() else {
                panic!("no token")
            };
            token.expires_at.saturating_since(NOW).as_secs()
        };
        assert_eq!(life(None, &json!({"access_token": token})), 100);
        // The platform's clock is a day behind ours.
        let ends = json!({"access_token": "a", "expires_on": NOW.unix_seconds() - 86_400 + 60});
        assert_eq!(life(Some("Mon, 17 Feb 2025 21:20:00 GMT"), &ends), 60);
    }

    #[test]
    fn advice_names_what_was_asked_for() {
        let refusal = |status| ServerError {
            peer: Peer::Platform(Platform::Imds),
            status,
            error: "invalid_request".to_owned(),
            ..ServerError::default()
        };
        let named = ManagedIdentity::ClientId(GUID.to_owned());
        let rows = [
            (named.clone(), 400, format!("identity `{GUID}` is assigned")),
            (
                ManagedIdentity::SystemAssigned,
                400,
                "--identity".to_owned(),
            ),
            (named, 429, "too many requests".to_owned()),
            (
                ManagedIdentity::SystemAssigned,
                410,
                "70 seconds".to_owned(),
            ),
        ];
        for (identity, status, expected) in rows {
            let request = request(source(&[]), identity).unwrap();
            let advice = request.advice(&refusal(status)).unwrap();
            assert!(advice.contains(&expected), "{status}: {advice}");
        }
    }

    /// M48.
    #[test]
    fn a_token_for_another_identity_is_refused() {
        let other = "11111111-8888-7777-6666-555555555555";
        let rows = [
            ("imds", json!(GUID), true),
            ("imds", json!(GUID.to_uppercase()), true),
            ("imds", json!(other), false),
            ("imds", Value::Null, true),
            ("arc", json!(GUID), true),
            ("arc", json!(other), false),
            ("arc", json!(""), false),
            ("arc", Value::Null, false),
        ];
        for (name, echo, expected) in rows {
            let (_, source) = every_source()
                .into_iter()
                .find(|(other, _)| *other == name)
                .unwrap();
            let body = json!({"access_token": "a", "expires_in": 100, "client_id": echo});
            let outcome = read(source, ManagedIdentity::ClientId(GUID.to_owned()), &body);
            assert_eq!(outcome.is_ok(), expected, "{name} {echo}");
        }
    }

    #[test]
    fn a_refusal_is_told_from_nonsense() {
        let rows: [(u16, &str, bool); 5] = [
            (
                400,
                r#"{"error":"invalid_request","error_description":"Identity not found"}"#,
                true,
            ),
            (400, r#"{"statusCode":400,"message":"No identity"}"#, true),
            (404, "", false),
            (302, "", false),
            (200, "<html>S3cr3t", false),
        ];
        for (status, body, is_refusal) in rows {
            let response = Response::builder()
                .status(status)
                .body(body.as_bytes())
                .unwrap();
            let request = request(source(&[]), ManagedIdentity::SystemAssigned).unwrap();
            let error = request.read(&response, NOW).unwrap_err();
            assert_eq!(
                matches!(error, Error::Refused(_)),
                is_refusal,
                "{status} {body}"
            );
            assert_eq!(error.hint().is_some(), !is_refusal);
            assert!(!error.to_string().contains("S3cr3t"));
        }
    }

    #[test]
    fn only_the_metadata_service_is_probed() {
        for (name, source) in every_source() {
            let probe = request(source, ManagedIdentity::SystemAssigned)
                .unwrap()
                .to_probe();
            assert_eq!(probe.is_some(), name == "imds", "{name}");
            assert!(probe.is_none_or(|probe| !probe.headers().contains_key("metadata")));
        }
    }
}
