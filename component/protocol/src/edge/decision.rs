//! Refuse, answer, or pass on.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use serde_json::{Map, Value};

use crate::edge::answer::{Answer, Realm, Rejected};
use crate::edge::bearer::Bearer;
use crate::edge::configuration::Configuration;
use crate::edge::configuration::identity::Attach;
use crate::edge::configuration::route::{Inbound, Route};
use crate::edge::head::Head;
use crate::edge::headers::Policy;
use crate::edge::{metadata, path, sidecar};

/// Where another proxy asks whether a request may pass. The route stands in the address, which the operator wrote, and in
/// nothing that a caller could send along.
const DECISIONS: &str = "/.entra/decide/";

/// What becomes of a request.
#[derive(Clone, Debug)]
pub enum Decision<'a> {
    /// It ends here.
    Answer(Answer),
    /// It goes on, once its token was judged as it has to be.
    Pass(Pass<'a>),
}

/// A request that may go on.
#[derive(Clone, Debug)]
pub struct Pass<'a> {
    /// Where it came in.
    pub entrance: Entrance<'a>,
    /// What the caller must bring.
    pub inbound: Option<&'a Inbound>,
    /// The token that is got for it.
    pub attach: Option<&'a Attach>,
    /// The caller's token, where one is asked for.
    pub token: Option<&'a str>,
    pub(crate) destination: Destination<'a>,
}

/// Where a request came in, for a log, and for the form of what it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entrance<'a> {
    /// The route, or the endpoint of the sidecar.
    pub name: &'a str,
    /// Whether refusals are told as Microsoft's sidecar tells them.
    pub(crate) is_sidecar: bool,
}

impl Entrance<'_> {
    /// The answer as it is told here.
    pub fn told(&self, answer: Answer) -> Answer {
        let answer = answer.on(self.name);
        match self.is_sidecar {
            true => answer.into_problem(),
            false => answer,
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Destination<'a> {
    /// The server behind, with this head.
    Upstream(&'a Route, Forward),
    /// Back to the proxy that asks.
    Asker(&'a Route),
    /// Back to the program beside, with what it asked for.
    Program(sidecar::Wanted),
}

/// What to do with a request that was found good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admitted {
    /// It ends here all the same.
    Answer(Answer),
    /// It goes to the server behind.
    Forward(Forward),
}

/// The head that goes to the server behind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forward {
    /// Scheme, host and port of the server behind.
    pub upstream: String,
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
            upstream: self.upstream.clone(),
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
    if let Some(decision) = sidecar::decide(configuration, head, &host, path) {
        return Ok(decision);
    }
    if let Some(name) = path.strip_prefix(DECISIONS) {
        let route = configuration.route(name);
        let route = route.ok_or_else(|| Answer::refused(404, "route", "there is no such route"))?;
        return pass(route, head, Destination::Asker(route)).map(Decision::Pass);
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
        let forward = forward(configuration, route, head, &host);
        return pass(route, head, Destination::Upstream(route, forward)).map(Decision::Pass);
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

/// The head as it goes on, before anything is added for the caller.
fn forward(configuration: &Configuration, route: &Route, head: &Head<'_>, host: &str) -> Forward {
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
    Forward {
        upstream: route.upstream.clone(),
        target: head.target.to_owned(),
        headers,
    }
}

fn pass<'a>(
    route: &'a Route,
    head: &Head<'a>,
    destination: Destination<'a>,
) -> Result<Pass<'a>, Answer> {
    let inbound = route.inbound.as_ref();
    let entrance = Entrance {
        name: &route.name,
        is_sidecar: false,
    };
    let token = token(inbound, metadata::url(route), head);
    // A proxy that asks gets no token.
    let gets_token = matches!(destination, Destination::Upstream(..));
    Ok(Pass {
        token: token.map_err(|answer| entrance.told(answer))?,
        entrance,
        inbound,
        attach: route.attach.as_ref().filter(|_| gets_token),
        destination,
    })
}

/// The caller's token, which has to be there where something is asked of the caller.
pub(crate) fn token<'a>(
    inbound: Option<&Inbound>,
    metadata: Option<String>,
    head: &Head<'a>,
) -> Result<Option<&'a str>, Answer> {
    match (inbound, Bearer::of(head)) {
        (_, Bearer::Ambiguous) => {
            let message = "`Authorization` is not one bearer token";
            Err(Answer::refused(400, "authorization", message))
        }
        (None, _) => Ok(None),
        (Some(_), Bearer::Token(token)) => Ok(Some(token)),
        (Some(inbound), Bearer::None) => Err(Answer::unauthenticated(&realm(inbound, metadata))),
    }
}

impl Pass<'_> {
    /// The answer to a token that was not taken.
    pub fn rejected(&self, rejected: &Rejected<'_>) -> Answer {
        let scopes = self.inbound.map(|inbound| inbound.scopes.as_slice());
        Answer::rejected(&self.realm(), rejected, scopes.unwrap_or_default())
    }

    /// The answer where only the caller themselves can go on; `claims` is what they have to answer, as JSON.
    pub fn insufficient_claims(&self, claims: Option<&str>) -> Answer {
        let claims = claims.map(|claims| STANDARD.encode(claims));
        Answer::insufficient_claims(&self.realm(), claims.as_deref())
    }

    fn realm(&self) -> Realm {
        let metadata = match self.destination {
            Destination::Upstream(route, _) | Destination::Asker(route) => metadata::url(route),
            Destination::Program(_) => None,
        };
        self.inbound
            .map(|inbound| realm(inbound, metadata))
            .unwrap_or_default()
    }

    /// The request as it goes on, once. `claims` is the caller's, a JSON object; `token` is the one that was got for it.
    pub fn admitted(&mut self, claims: Option<&str>, token: Option<&str>) -> Admitted {
        match &mut self.destination {
            Destination::Upstream(route, forward) => {
                let mut forward = std::mem::take(forward);
                let own = handed_on(route, claims).into_iter();
                forward
                    .headers
                    .extend(own.map(|(name, value)| (name, value.into_bytes())));
                let token = token.map(|token| format!("Bearer {token}").into_bytes());
                let token = token.map(|token| ("authorization".to_owned(), token));
                forward.headers.extend(token);
                Admitted::Forward(forward)
            }
            Destination::Asker(route) => {
                Admitted::Answer(Answer::permitted(handed_on(route, claims)))
            }
            Destination::Program(wanted) => {
                Admitted::Answer(wanted.answer(self.token, members(claims), token))
            }
        }
    }
}

fn members(claims: Option<&str>) -> Map<String, Value> {
    let members = claims.and_then(|claims| serde_json::from_str(claims).ok());
    members.unwrap_or_default()
}

/// Claims as headers; one that is not there, or that no header can carry, is left out.
fn handed_on(route: &Route, claims: Option<&str>) -> Vec<(String, String)> {
    if route.claims.is_empty() {
        return Vec::new();
    }
    let claims = members(claims);
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

fn realm(inbound: &Inbound, resource_metadata: Option<String>) -> Realm {
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
        resource_metadata,
    }
}
