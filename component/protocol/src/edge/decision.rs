//! Refuse, answer, or pass on.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use serde_json::{Map, Value};

use crate::edge::answer::{Answer, Realm, Rejected};
use crate::edge::bearer::Bearer;
use crate::edge::configuration::Configuration;
use crate::edge::configuration::route::{Inbound, Route};
use crate::edge::head::Head;
use crate::edge::headers::Policy;
use crate::edge::{metadata, path};

/// Where another proxy asks whether a request may pass. The route stands in the address, which the operator wrote, and in
/// nothing that a caller could send along.
const DECISIONS: &str = "/.entra/decide/";

/// What becomes of a request.
#[derive(Clone, Debug)]
pub enum Decision<'a> {
    /// It ends here.
    Answer(Answer),
    /// It goes on, once its token was judged as the route wants it.
    Pass(Pass<'a>),
}

/// A request that may go on.
#[derive(Clone, Debug)]
pub struct Pass<'a> {
    /// The route that it takes.
    pub route: &'a Route,
    /// The caller's token, where the route asks for one.
    pub token: Option<&'a str>,
    destination: Destination,
    target: &'a str,
    headers: Vec<(String, Vec<u8>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Destination {
    Upstream,
    /// Back to the proxy that asks.
    Asker,
}

/// What to do with a request that was found good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admitted {
    /// It ends here all the same.
    Answer(Answer),
    /// It goes to the route's upstream.
    Forward(Forward),
}

/// The head that goes to the server behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forward {
    /// Path and query, byte for byte as they were judged.
    pub target: String,
    /// Without those of the connection, which the engine writes.
    pub headers: Vec<(String, Vec<u8>)>,
}

impl Forward {
    /// The same request with another token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        let is_token = |name: &str| name == "authorization";
        let others = self.headers.iter().filter(|(name, _)| !is_token(name));
        let token = (
            "authorization".to_owned(),
            format!("Bearer {token}").into_bytes(),
        );
        Self {
            target: self.target.clone(),
            headers: others.cloned().chain([token]).collect(),
        }
    }
}

/// Judges the head of a request.
pub fn decide<'a>(configuration: &'a Configuration, head: &Head<'a>) -> Decision<'a> {
    match found(configuration, head) {
        Ok(decision) => decision,
        Err(answer) => Decision::Answer(answer),
    }
}

fn found<'a>(configuration: &'a Configuration, head: &Head<'a>) -> Result<Decision<'a>, Answer> {
    if head.is_large() {
        return Err(Answer::refused(
            431,
            "size",
            "the request's head is too large",
        ));
    }
    let path = path::of_target(head.target)
        .map_err(|why| Answer::refused(400, "path", &format!("the path {}", why.0)))?;
    let host = head
        .host()
        .ok_or_else(|| Answer::refused(400, "host", "the request names no host, or several"))?;
    let asks_health = configuration.listener.health.as_deref() == Some(path);
    if asks_health && matches!(head.method, "GET" | "HEAD") {
        return Ok(Decision::Answer(Answer::healthy()));
    }
    if let Some(name) = path.strip_prefix(DECISIONS) {
        let route = configuration.route(name);
        let route = route.ok_or_else(|| Answer::refused(404, "route", "there is no such route"))?;
        return pass(configuration, route, head, &host, Destination::Asker).map(Decision::Pass);
    }
    if metadata::is_path(path) {
        let document = metadata::document(configuration, &host, path)
            .filter(|_| matches!(head.method, "GET" | "HEAD"));
        return document
            .map(Decision::Answer)
            .ok_or_else(|| Answer::refused(404, "route", "there is no such resource"));
    }
    let mut routes = configuration
        .routes
        .iter()
        .filter(|route| route.is_for(&host, path));
    let is_method = |route: &&Route| route.methods.iter().any(|method| method == head.method);
    if let Some(route) = routes.clone().find(is_method) {
        return pass(configuration, route, head, &host, Destination::Upstream).map(Decision::Pass);
    }
    match routes.next() {
        None => Err(Answer::refused(404, "route", "there is no route for this")),
        Some(_) => {
            let mut methods: Vec<&str> = configuration
                .routes
                .iter()
                .filter(|route| route.is_for(&host, path))
                .flat_map(|route| route.methods.iter().map(String::as_str))
                .collect();
            methods.sort_unstable();
            let mut answer = Answer::refused(405, "method", "the method is not one that passes");
            answer
                .headers
                .push(("allow".to_owned(), methods.join(", ")));
            Err(answer)
        }
    }
}

fn pass<'a>(
    configuration: &'a Configuration,
    route: &'a Route,
    head: &Head<'a>,
    host: &str,
    destination: Destination,
) -> Result<Pass<'a>, Answer> {
    let token = token(route, head).map_err(|answer| answer.on(&route.name))?;
    let policy = Policy {
        reserved: &configuration.reserved,
        passes_cookies: route.passes_cookies,
        passes_authorization: route.passes_authorization,
    };
    let mut headers = policy.kept(head);
    for (name, value) in [
        ("x-forwarded-host", host),
        ("x-forwarded-proto", head.scheme),
    ] {
        headers.push((name.to_owned(), value.as_bytes().to_vec()));
    }
    Ok(Pass {
        route,
        token,
        destination,
        target: head.target,
        headers,
    })
}

/// The caller's token, which has to be there where the route asks for one.
fn token<'a>(route: &Route, head: &Head<'a>) -> Result<Option<&'a str>, Answer> {
    match (&route.inbound, Bearer::of(head)) {
        (_, Bearer::Ambiguous) => {
            let message = "`Authorization` is not one bearer token";
            Err(Answer::refused(400, "authorization", message))
        }
        (None, _) => Ok(None),
        (Some(_), Bearer::Token(token)) => Ok(Some(token)),
        (Some(inbound), Bearer::None) => Err(Answer::unauthenticated(&realm(route, inbound))),
    }
}

impl Pass<'_> {
    /// Whether a token for the server behind is needed: not where another proxy passes the request on, which never gets one.
    pub fn needs_token(&self) -> bool {
        self.destination == Destination::Upstream && self.route.attach.is_some()
    }

    /// The answer to a token that was not taken.
    pub fn rejected(&self, rejected: &Rejected<'_>) -> Answer {
        let (realm, scopes) = match &self.route.inbound {
            Some(inbound) => (realm(self.route, inbound), inbound.scopes.as_slice()),
            None => (Realm::default(), [].as_slice()),
        };
        Answer::rejected(&realm, rejected, scopes)
    }

    /// The answer where only the caller themselves can go on; `claims` is what they have to answer, as JSON.
    pub fn insufficient_claims(&self, claims: Option<&str>) -> Answer {
        let inbound = self.route.inbound.as_ref();
        let realm = inbound.map(|inbound| realm(self.route, inbound));
        let claims = claims.map(|claims| STANDARD.encode(claims));
        Answer::insufficient_claims(&realm.unwrap_or_default(), claims.as_deref())
    }

    /// The request as it goes on. `claims` is the caller's, a JSON object; `token` is for the server behind.
    pub fn admitted(self, claims: Option<&str>, token: Option<&str>) -> Admitted {
        let claims = claims.and_then(|claims| serde_json::from_str(claims).ok());
        let handed_on = handed_on(self.route, &claims.unwrap_or_default());
        if self.destination == Destination::Asker {
            return Admitted::Answer(Answer::permitted(handed_on));
        }
        let mut headers = self.headers;
        let own = handed_on
            .into_iter()
            .map(|(name, value)| (name, value.into_bytes()));
        headers.extend(own);
        let token = token.map(|token| format!("Bearer {token}").into_bytes());
        headers.extend(token.map(|token| ("authorization".to_owned(), token)));
        Admitted::Forward(Forward {
            target: self.target.to_owned(),
            headers,
        })
    }
}

/// Claims as headers; one that is not there, or that no header can carry, is left out.
fn handed_on(route: &Route, claims: &Map<String, Value>) -> Vec<(String, String)> {
    let text = |claim: &str| match claims.get(claim)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Array(items) => {
            let items: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
            items.map(|items| items.join(" "))
        }
        Value::Null | Value::Object(_) => None,
    };
    let named = route.claims.iter();
    named
        .filter_map(|(header, claim)| Some((header.clone(), text(claim)?)))
        .filter(|(_, value)| {
            let is_plain = value.bytes().all(|byte| matches!(byte, b' '..=b'~'));
            is_plain && HeaderValue::from_str(value).is_ok()
        })
        .collect()
}

fn realm(route: &Route, inbound: &Inbound) -> Realm {
    let tenant = inbound
        .tenants
        .first()
        .map(String::as_str)
        .unwrap_or_default();
    let authority = crate::authority::Authority::parse(&inbound.authority, tenant);
    Realm {
        authorization_uri: authority
            .ok()
            .map(|authority| authority.authorization_endpoint().to_string()),
        resource_metadata: metadata::url(route),
    }
}
