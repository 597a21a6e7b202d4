//! A sign-in on another device, by a code that the person types there.
//!
//! [RFC 8628](https://www.rfc-editor.org/rfc/rfc8628) and
//! [Microsoft's page](https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code). First a pair for the code, then
//! [`DevicePoll`], the one state machine of this crate: it says how long to wait and when it is over.

use std::time::Duration;

use http::{Request, Response, Uri};
use url::Url;
use zeroize::Zeroizing;

use crate::authority::Authority;
use crate::exchange::answer::{Members, members, with_response};
use crate::exchange::form::{self, Form};
use crate::exchange::retry::{LONGEST_ATTEMPT, Silence};
use crate::grant::token_request::Grant;
use crate::refusal::error::Error;
use crate::refusal::peer::Peer;
use crate::refusal::server_error::ServerError;
use crate::refusal::unacceptable::Unacceptable;
use crate::request::claims::Claims;
use crate::request::client_id::ClientId;
use crate::request::scope::Scopes;
use crate::token::response::TokenResponse;
use crate::value::correlation_id::CorrelationId;
use crate::value::impossible::Impossible;
use crate::value::printable::printable;
use crate::value::secret::Secret;
use crate::value::time::Timestamp;

/// For servers that name no interval, and what `slow_down` adds to it
/// ([RFC 8628 section 3.5](https://www.rfc-editor.org/rfc/rfc8628#section-3.5)).
const FIVE_SECONDS: Duration = Duration::from_secs(5);

/// No server wants to be asked less often; a greater number would only make the person wait.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Entra's codes live for a quarter of an hour.
const LONGEST_LIFE: Duration = Duration::from_secs(60 * 60);

/// Entra's have 9 characters. A person has to type it.
const LONGEST_USER_CODE: usize = 40;

/// Where Microsoft lets people type codes, whatever the authority; the last two are those of China and of the US Government.
const VERIFICATION_HOSTS: [&str; 6] = [
    "microsoft.com",
    "www.microsoft.com",
    "login.microsoft.com",
    "login.live.com",
    "login.microsoftonline.cn",
    "login.microsoftonline.us",
];

/// Microsoft's short addresses of the same pages, which older answers have; other paths there lead anywhere.
const SHORT_ADDRESSES: [&str; 3] = ["/devicelogin", "/deviceloginchina", "/deviceloginus"];

/// The request for a code.
#[derive(Clone, Debug)]
pub struct DeviceAuthorizationRequest {
    endpoint: Uri,
    client_id: ClientId,
    scope: String,
    claims: Option<Claims>,
    correlation_id: CorrelationId,
}

impl DeviceAuthorizationRequest {
    /// Use the same correlation id for the polls that follow.
    pub fn new(
        authority: &Authority,
        client_id: &ClientId,
        scopes: &Scopes,
        correlation_id: CorrelationId,
    ) -> Result<Self, Impossible> {
        let endpoint = authority.device_authorization_endpoint().ok_or_else(|| {
            Impossible::new("the authority has no endpoint for device codes")
                .with_hint("sign in with a browser")
        })?;
        Ok(Self {
            endpoint: form::to_uri(&endpoint)?,
            client_id: client_id.clone(),
            scope: scopes.clone().for_user()?.to_string(),
            claims: None,
            correlation_id,
        })
    }

    /// Adds a claims challenge.
    #[must_use]
    pub fn with_claims(self, claims: Claims) -> Self {
        Self {
            claims: Some(claims),
            ..self
        }
    }

    /// The request to send, following no redirect.
    pub fn to_http(&self) -> Request<Zeroizing<Vec<u8>>> {
        let mut form = Form::default();
        form.append("client_id", self.client_id.as_str());
        form.append("scope", &self.scope);
        if let Some(claims) = &self.claims {
            form.append("claims", claims.as_str());
        }
        form.into_post(&self.endpoint, self.correlation_id)
    }
}

/// A code for the person, and one for us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceAuthorization {
    /// What the person types. Fit for a terminal.
    pub user_code: String,
    /// Where they type it: an address at Microsoft or at the authority.
    pub verification_uri: String,
    /// Until when both codes are good.
    pub expires_at: Timestamp,
    /// What is left of that.
    pub expires_in: Duration,
    /// Never shown: whoever has it gets the tokens.
    device_code: Secret,
    interval: Duration,
}

impl DeviceAuthorization {
    /// Reads the answer that came at `now`.
    pub fn from_http(
        response: &Response<impl AsRef<[u8]>>,
        authority: &Authority,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let members = Members::new(
            Peer::Authority,
            "device code response",
            members(response, Peer::Authority, now)?,
        );
        Ok(Self::from_members(members, authority, now)
            .map_err(|error| with_response(error, response, now))?)
    }

    fn from_members(
        mut members: Members,
        authority: &Authority,
        now: Timestamp,
    ) -> Result<Self, Unacceptable> {
        let device_code = members
            .take_secret("device_code")?
            .ok_or_else(|| members.missing("device_code"))?;
        let user_code = members
            .take_text("user_code")?
            .map(|code| printable(&code, LONGEST_USER_CODE))
            .filter(|code| !code.is_empty())
            .ok_or_else(|| members.missing("user_code"))?;
        // Version 1 and drafts of the specification spell it otherwise.
        let verification_uri = match members.take_text("verification_uri")? {
            Some(uri) => Some(uri),
            None => members.take_text("verification_url")?,
        };
        let verification_uri =
            verification_uri.ok_or_else(|| members.missing("verification_uri"))?;
        if !is_trusted(&verification_uri, authority) {
            return Err(members
                .invalid("a `verification_uri` that is neither at Microsoft nor at the authority")
                .with_hint("do not enter a code there; somebody may have altered the answer"));
        }
        let expires_in = members
            .take_seconds("expires_in")?
            .filter(|life| !life.is_zero())
            .ok_or_else(|| members.missing("expires_in"))?
            .min(LONGEST_LIFE);
        let interval = members.take_seconds("interval")?.unwrap_or(FIVE_SECONDS);
        Ok(Self {
            user_code,
            verification_uri,
            expires_at: now.saturating_add(expires_in),
            expires_in,
            device_code,
            interval: interval.clamp(Duration::from_secs(1), LONGEST_WAIT),
        })
    }
}

/// A person will be sent there to type a code and perhaps a password.
fn is_trusted(uri: &str, authority: &Authority) -> bool {
    let is_clean = uri.len() <= 300
        && uri.bytes().all(|byte| byte.is_ascii_graphic())
        && !uri.contains(['\\', '"', '\'', '<', '>', '`', '@']);
    let Some(url) = Url::parse(uri).ok().filter(|_| is_clean) else {
        return false;
    };
    let host = url.host_str().unwrap_or_default();
    let is_microsoft = url.scheme() == "https"
        && url.port().is_none()
        && (VERIFICATION_HOSTS.contains(&host)
            || (host == "aka.ms" && SHORT_ADDRESSES.contains(&url.path()))
            || authority
                .cloud()
                .is_some_and(|cloud| cloud.login_hosts().contains(&host)));
    is_microsoft || url.origin().ascii_serialization() == authority.origin()
}

/// How often in a row something on the way may answer instead. What passes, such as a gateway that starts anew, has passed then; a
/// network that wants its users to sign in is told.
const MOST_FOREIGN: u32 = 3;

/// Asking again and again whether the person has typed the code.
#[derive(Clone, Debug)]
pub struct DevicePoll {
    device_code: Secret,
    expires_at: Timestamp,
    /// Grows by `slow_down` and never shrinks.
    interval: Duration,
    /// How many times in a row there was no usable answer.
    failures: u32,
    /// The last answer, if it was none to the question.
    stumble: Option<Error>,
}

/// The longest that an answer to a poll is waited for: a connection that was lost on the way is never heard of again.
pub const LONGEST_POLL: Duration = LONGEST_ATTEMPT;

/// The code that is ours.
#[derive(Clone, Debug)]
pub struct DeviceCode(Secret);

impl Grant for DeviceCode {
    fn grant_type(&self) -> &'static str {
        "urn:ietf:params:oauth:grant-type:device_code"
    }

    fn parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("device_code", self.0.expose())]
    }
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PollStep {
    /// Wait for so long, then ask with [`DevicePoll::grant`] again.
    Wait(Duration),
    /// Signed in.
    Token(Box<TokenResponse>),
    /// Over: declined, expired, or refused for another reason.
    Failed(Error),
}

impl DevicePoll {
    /// Begins to ask.
    pub fn new(authorization: &DeviceAuthorization) -> Self {
        Self {
            device_code: authorization.device_code.clone(),
            expires_at: authorization.expires_at,
            interval: authorization.interval,
            failures: 0,
            stumble: None,
        }
    }

    /// Why the last answer did not say whether the code was entered, if it did not.
    pub fn stumble(&self) -> Option<&Error> {
        self.stumble.as_ref()
    }

    /// What to ask with, each time. Authority, client, scopes and correlation id must be those of the request for the code.
    pub fn grant(&self) -> DeviceCode {
        DeviceCode(self.device_code.clone())
    }

    /// How long to wait before the first request.
    pub const fn first_wait(&self) -> Duration {
        self.interval
    }

    /// Reads the answer that came at `now`.
    pub fn next(&mut self, response: &Response<impl AsRef<[u8]>>, now: Timestamp) -> PollStep {
        let error = match TokenResponse::from_http(response, now) {
            Ok(token) => return PollStep::Token(Box::new(token)),
            Err(error) => error,
        };
        self.stumble = None;
        match &error {
            Error::Refused(refusal) if refusal.error == "authorization_pending" => {
                self.failures = 0;
                self.wait(self.interval, now)
            }
            Error::Refused(refusal) if refusal.error == "slow_down" => {
                self.failures = 0;
                self.interval = (self.interval + FIVE_SECONDS).min(LONGEST_WAIT);
                self.wait(self.interval, now)
            }
            _ if error.is_transient() || self.may_pass(&error) => {
                let retry_after = error.retry_after();
                self.stumble = Some(error);
                self.back_off(retry_after, now)
            }
            _ => PollStep::Failed(error),
        }
    }

    /// No answer came ([RFC 8628 section 3.5](https://www.rfc-editor.org/rfc/rfc8628#section-3.5)). `None` if asking again would
    /// not help, because of what will not pass or because the code has expired meanwhile.
    pub fn next_without_answer(&mut self, silence: Silence, now: Timestamp) -> Option<Duration> {
        if silence == Silence::Lasting {
            return None;
        }
        match self.back_off(None, now) {
            PollStep::Wait(span) => Some(span),
            PollStep::Token(_) | PollStep::Failed(_) => None,
        }
    }

    fn may_pass(&self, error: &Error) -> bool {
        let is_foreign = matches!(error, Error::Unacceptable(answer) if answer.is_foreign);
        is_foreign && self.failures < MOST_FOREIGN
    }

    fn back_off(&mut self, retry_after: Option<Duration>, now: Timestamp) -> PollStep {
        self.failures = self.failures.saturating_add(1);
        let factor = 1_u32.checked_shl(self.failures).unwrap_or(u32::MAX);
        let doubled = self.interval.saturating_mul(factor).min(LONGEST_WAIT);
        self.wait(retry_after.unwrap_or_default().max(doubled), now)
    }

    fn wait(&self, span: Duration, now: Timestamp) -> PollStep {
        if now.saturating_add(span) >= self.expires_at {
            return PollStep::Failed(Error::from(ServerError {
                error: "expired_token".to_owned(),
                ..ServerError::default()
            }));
        }
        PollStep::Wait(span)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::credential::client_authentication::ClientAuthentication;
    use crate::grant::recorded;
    use crate::grant::token_request::TokenRequest;

    const VECTORS: &str = include_str!("../../../../tests/vectors/device-code.json");
    const NOW: Timestamp = Timestamp::from_unix_seconds(1_700_000_000);
    const GLOBAL: &str = "https://login.microsoftonline.com";

    type Answer = Response<Vec<u8>>;

    fn authority(instance: &str) -> Authority {
        Authority::parse(instance, "11111111-2222-3333-4444-555555555555").unwrap()
    }

    fn client_id() -> ClientId {
        ClientId::parse("99999999-8888-7777-6666-555555555555").unwrap()
    }

    fn scopes() -> Scopes {
        Scopes::parse("https://graph.microsoft.com/User.Read").unwrap()
    }

    fn answer(status: u16, body: &Value) -> Response<Vec<u8>> {
        let body = body.to_string().into_bytes();
        Response::builder().status(status).body(body).unwrap()
    }

    fn refusal(error: &str) -> Response<Vec<u8>> {
        answer(400, &json!({"error": error, "error_codes": [70016]}))
    }

    /// The recorded one.
    fn body() -> Value {
        json!({
            "user_code": "ABCDEFGHI", "device_code": "FAKE-DEVICE-CODE", "expires_in": 900, "interval": 5,
            "verification_uri": "https://microsoft.com/devicelogin", "message": "To sign in, open \u{1b}[31mhttps://evil.test",
        })
    }

    fn read(body: &Value) -> Result<DeviceAuthorization, Error> {
        DeviceAuthorization::from_http(&answer(200, body), &authority(GLOBAL), NOW)
    }

    fn poll(body: &Value) -> DevicePoll {
        DevicePoll::new(&read(body).unwrap())
    }

    fn later(seconds: u64) -> Timestamp {
        NOW.saturating_add(Duration::from_secs(seconds))
    }

    fn wait(seconds: u64) -> PollStep {
        PollStep::Wait(Duration::from_secs(seconds))
    }

    #[test]
    fn both_requests_are_those_of_the_recorded_clients() {
        let id = CorrelationId::from_random([7; 16]);
        let ask = DeviceAuthorizationRequest::new(&authority(GLOBAL), &client_id(), &scopes(), id)
            .unwrap()
            .to_http();
        let poll = TokenRequest::new(
            &authority(GLOBAL),
            &client_id(),
            ClientAuthentication::None,
            &scopes(),
            &poll(&body()).grant(),
            CorrelationId::from_random([7; 16]),
        )
        .unwrap()
        .to_http();
        let cases = recorded::cases(VECTORS);
        assert_eq!(cases.len(), 4);
        for mut case in cases {
            if case.name.starts_with("ask") {
                case.assert_same(&ask);
                continue;
            }
            // Node's client uses the name of the grant from before the RFC; Python's does not repeat the scopes.
            let grant = "urn:ietf:params:oauth:grant-type:device_code".to_owned();
            case.fields.insert("grant_type".to_owned(), grant);
            case.fields
                .entry("scope".to_owned())
                .or_insert_with(|| scopes().for_user().unwrap().to_string());
            case.assert_same(&poll);
        }
        assert_eq!(
            ask.headers()["client-request-id"],
            poll.headers()["client-request-id"]
        );
    }

    #[test]
    fn an_answer_is_read_with_its_defaults_and_limits() {
        let with = |name: &str, value: Value| {
            let mut body = body();
            body[name] = value;
            read(&body)
                .map(|read| {
                    (
                        read.user_code,
                        read.expires_in.as_secs(),
                        read.interval.as_secs(),
                    )
                })
                .ok()
        };
        let code = || "ABCDEFGHI".to_owned();
        let rows = [
            ("interval", json!("7"), Some((code(), 900, 7))),
            ("interval", Value::Null, Some((code(), 900, 5))),
            ("interval", json!(0), Some((code(), 900, 1))),
            ("interval", json!(1_000_000), Some((code(), 900, 60))),
            ("interval", json!(-1), None),
            ("interval", json!("soon"), None),
            ("expires_in", json!("600"), Some((code(), 600, 5))),
            ("expires_in", json!(u64::MAX), Some((code(), 3600, 5))),
            ("expires_in", json!(0), None),
            ("expires_in", Value::Null, None),
            (
                "user_code",
                json!("AB\u{1b}[2JCD\r\n\u{202e}"),
                Some(("ABCD".to_owned(), 900, 5)),
            ),
            ("user_code", json!("\u{1b}"), None),
            ("user_code", json!(7), None),
            ("device_code", json!(""), None),
            ("device_code", Value::Null, None),
            ("error", json!("invalid_client"), None),
        ];
        for (name, value, expected) in rows {
            assert_eq!(with(name, value.clone()), expected, "{name} {value}");
        }
    }

    /// M29.
    #[test]
    fn a_person_is_sent_to_microsoft_or_to_the_authority_only() {
        let rows = [
            (GLOBAL, "https://microsoft.com/devicelogin", true),
            (GLOBAL, "https://www.microsoft.com/link", true),
            (GLOBAL, "https://login.microsoft.com/device", true),
            (
                GLOBAL,
                "https://login.microsoftonline.com/common/oauth2/deviceauth",
                true,
            ),
            (
                "https://login.microsoftonline.us",
                "https://microsoft.com/deviceloginus",
                true,
            ),
            (
                "https://login.chinacloudapi.cn",
                "https://login.partner.microsoftonline.cn/device",
                true,
            ),
            (
                "http://127.0.0.1:8400",
                "http://127.0.0.1:8400/device",
                true,
            ),
            (
                "http://127.0.0.1:8400",
                "http://127.0.0.1:8401/device",
                false,
            ),
            (GLOBAL, "http://microsoft.com/devicelogin", false),
            (GLOBAL, "https://evil.test/devicelogin", false),
            (GLOBAL, "https://microsoft.com.evil.test/devicelogin", false),
            (GLOBAL, "https://microsoft.com@evil.test/", false),
            (GLOBAL, "https://evilmicrosoft.com/", false),
            (GLOBAL, "https://microsoft.com:8443/", false),
            (GLOBAL, "https://microsoft.com\\.evil.test/", false),
            (GLOBAL, "javascript:alert('microsoft.com')", false),
            (GLOBAL, "https://microsoft.com/\u{1b}[2J", false),
            (GLOBAL, "https://micros\u{43e}ft.com/", false),
            (GLOBAL, "https://login.microsoftonline.cn/device", true),
            (GLOBAL, "https://microsoft.com/deviceloginchina", true),
            (GLOBAL, "https://login.microsoftonline.us/device", true),
            (GLOBAL, "https://aka.ms/devicelogin", true),
            (GLOBAL, "https://aka.ms/deviceloginchina", true),
            (GLOBAL, "https://aka.ms/deviceloginchina2", false),
            (GLOBAL, "https://aka.ms/", false),
            (GLOBAL, "https://aka.ms.evil.test/devicelogin", false),
            (GLOBAL, "http://aka.ms/devicelogin", false),
            (GLOBAL, "microsoft.com/devicelogin", false),
            (GLOBAL, "", false),
        ];
        for (instance, uri, expected) in rows {
            assert_eq!(is_trusted(uri, &authority(instance)), expected, "{uri}");
        }
        let mut body = body();
        body["verification_uri"] = json!("https://evil.test");
        let error = read(&body).unwrap_err();
        assert!(!error.to_string().contains("evil"), "{error}");
    }

    /// M26 and M27, by a clock that only this test moves.
    #[test]
    fn waits_follow_the_answers() {
        let mut poll = poll(&body());
        assert_eq!(poll.first_wait().as_secs(), 5);
        let busy = Response::builder()
            .status(503)
            .header("retry-after", "30")
            .body(b"<html>".to_vec())
            .unwrap();
        let steps: [(&str, Option<Answer>, u64); 13] = [
            ("pending", Some(refusal("authorization_pending")), 5),
            ("too fast", Some(refusal("slow_down")), 10),
            ("still slow", Some(refusal("authorization_pending")), 10),
            ("too fast again", Some(refusal("slow_down")), 15),
            ("no network", None, 30),
            ("still none", None, 60),
            ("at most a minute", None, 60),
            ("back", Some(refusal("authorization_pending")), 15),
            ("no network", None, 30),
            ("back", Some(refusal("authorization_pending")), 15),
            ("busy", Some(busy), 30),
            ("outage", Some(answer(502, &json!({}))), 60),
            ("throttled", Some(answer(429, &json!({"error": "x"}))), 60),
        ];
        for (name, response, seconds) in steps {
            let step = match response {
                Some(response) => poll.next(&response, NOW),
                None => {
                    PollStep::Wait(poll.next_without_answer(Silence::Unreachable, NOW).unwrap())
                }
            };
            assert_eq!(step, wait(seconds), "{name}");
            // Whoever gives up now says that, and not that nobody entered the code.
            let is_none = ["busy", "outage", "throttled"].contains(&name);
            assert_eq!(poll.stumble().is_some(), is_none, "{name}");
        }
    }

    #[test]
    fn what_answers_on_the_way_may_pass() {
        let page = || {
            Response::builder()
                .status(200)
                .header("content-type", "text/html")
                .body(b"<html>Welcome".to_vec())
                .unwrap()
        };
        let redirect = Response::builder().status(302).body(Vec::new()).unwrap();
        let mut poll = poll(&body());
        for (name, answer, seconds) in [
            ("a page", page(), 10),
            ("gone", refusal("authorization_pending"), 5),
            ("a page again", page(), 10),
            ("to another page", redirect, 20),
            ("still there", page(), 40),
        ] {
            assert_eq!(poll.next(&answer, NOW), wait(seconds), "{name}");
        }
        let PollStep::Failed(error) = poll.next(&page(), NOW) else {
            panic!("nobody waits for the end behind a page that stays")
        };
        assert!(error.to_string().contains("HTML page"), "{error}");
    }

    /// M28.
    #[test]
    fn it_ends_with_a_token_a_refusal_or_the_codes_end() {
        let rows = [
            ("declined", "authorization_declined"),
            ("declined, by the RFC's name", "access_denied"),
            ("expired", "expired_token"),
            ("expired, in version 1", "code_expired"),
            ("unknown code", "bad_verification_code"),
            ("not a public client", "invalid_client"),
            ("policy", "invalid_grant"),
        ];
        for (name, error) in rows {
            let PollStep::Failed(Error::Refused(refusal)) =
                poll(&body()).next(&refusal(error), NOW)
            else {
                panic!("{name}")
            };
            assert_eq!(refusal.error, error, "{name}");
        }
        let pending = refusal("authorization_pending");
        assert_eq!(poll(&body()).next(&pending, later(894)), wait(5));
        for now in [later(895), later(900), later(10_000)] {
            let PollStep::Failed(Error::Refused(refusal)) = poll(&body()).next(&pending, now)
            else {
                panic!("{now:?}")
            };
            assert_eq!(refusal.error, "expired_token");
            let silent = poll(&body()).next_without_answer(Silence::TimedOut, now);
            assert_eq!(silent, None, "{now:?}");
        }
        // What will not pass is not waited for until the end.
        let lasting = poll(&body()).next_without_answer(Silence::Lasting, NOW);
        assert_eq!(lasting, None);
        let token = json!({"token_type": "Bearer", "access_token": "a", "expires_in": 3599});
        // A token is a token even if it comes after the end.
        assert!(matches!(
            poll(&body()).next(&answer(200, &token), later(900)),
            PollStep::Token(_)
        ));
        assert!(matches!(
            poll(&body()).next(&answer(200, &json!({"access_token": "a"})), NOW),
            PollStep::Failed(Error::Unacceptable(_))
        ));
    }

    /// M30.
    #[test]
    fn debug_output_shows_no_device_code() {
        let shown = format!("{:?} {:?}", read(&body()), poll(&body()));
        assert!(!shown.contains("FAKE-DEVICE-CODE"), "{shown}");
    }
}
