//! The endpoints of Microsoft's Entra sidecar, for programs on the same machine that were written for it.
//!
//! [Endpoints](https://learn.microsoft.com/entra/msidweb/agent-id-sdk/endpoints). What a program asks of one API is configured; nothing
//! that it sends along changes that (`optionsOverride` and the like), so that whoever can reach this port gets what is listed and no more.

use serde_json::{Map, Value, json};

use crate::edge::answer::Answer;
use crate::edge::configuration::Configuration;
use crate::edge::configuration::identity::Attach;
use crate::edge::configuration::route::Inbound;
use crate::edge::configuration::sidecar::{Api, Sidecar};
use crate::edge::decision::{self, Decision, Destination, Entrance, Pass};
use crate::edge::head::Head;
use crate::edge::peer::Peer;

const HEALTH: &str = "/healthz";
const VALIDATE: &str = "/Validate";
const HEADER: &str = "/AuthorizationHeader/";
const HEADER_OF_ANYBODY: &str = "/AuthorizationHeaderUnauthenticated/";

/// What no program beside sends: a browser, or a proxy that speaks for somebody else.
const FOREIGN: [(&str, &str); 8] = [
    ("forwarded", "proxy"),
    ("origin", "browser"),
    ("sec-fetch-", "browser"),
    ("via", "proxy"),
    ("x-envoy-", "proxy"),
    ("x-forwarded-", "proxy"),
    ("x-original-", "proxy"),
    ("x-real-ip", "proxy"),
];

/// What a program wants to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The claims of the token that it was given.
    Claims,
    /// A header for an API.
    Header,
}

impl Wanted {
    pub(crate) fn answer(
        self,
        given: Option<&str>,
        claims: Map<String, Value>,
        got: Option<&str>,
    ) -> Answer {
        let (rule, body) = match self {
            Self::Claims => (
                "validated",
                json!({"protocol": "Bearer", "token": given, "claims": claims}),
            ),
            Self::Header => (
                "issued",
                json!({"authorizationHeader": got.map(|token| format!("Bearer {token}"))}),
            ),
        };
        Answer::json(200, rule, &body.to_string())
    }
}

/// An endpoint, for who checks what was configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint<'a> {
    /// Its path.
    pub path: String,
    /// What a caller must bring; `None` is nothing.
    pub inbound: Option<&'a Inbound>,
    /// The token that is answered.
    pub attach: Option<&'a Attach>,
}

impl Sidecar {
    /// All of them, without its health.
    pub fn endpoints(&self) -> Vec<Endpoint<'_>> {
        let endpoint = |path: &str, name: &str, inbound, attach| Endpoint {
            path: format!("{path}{name}"),
            inbound,
            attach,
        };
        let validate = endpoint(VALIDATE, "", Some(&self.inbound), None);
        let headers = self.apis.iter().flat_map(|(name, api)| {
            let attach = Some(&api.attach);
            let of_anybody = || endpoint(HEADER_OF_ANYBODY, name, None, attach);
            [endpoint(HEADER, name, Some(&self.inbound), attach)]
                .into_iter()
                .chain(api.is_for_anybody.then(of_anybody))
        });
        [validate].into_iter().chain(headers).collect()
    }
}

/// Whether a configured path is one of these.
pub(crate) fn is_own(path: &str) -> bool {
    matches!(path, HEALTH | VALIDATE)
        || [HEADER, HEADER_OF_ANYBODY]
            .iter()
            .any(|own| path.starts_with(own))
}

/// What becomes of a request for one of them; nothing if it is for none.
pub(crate) fn decide<'a>(
    configuration: &'a Configuration,
    head: &Head<'a>,
    host: &str,
    path: &'a str,
) -> Option<Decision<'a>> {
    let sidecar = configuration.sidecar.as_ref()?;
    if !is_own(path) {
        return None;
    }
    // Probes come from another machine.
    if path == HEALTH && matches!(head.method, "GET" | "HEAD") {
        return Some(Decision::Answer(healthy()));
    }
    let entrance = Entrance {
        name: path,
        is_sidecar: true,
    };
    let pass = near(sidecar, head, host).and_then(|()| asked(sidecar, head, entrance));
    Some(pass.map_or_else(
        |answer| Decision::Answer(entrance.told(answer)),
        Decision::Pass,
    ))
}

/// As health checks of that sidecar are answered.
fn healthy() -> Answer {
    Answer::json(200, "health", "Healthy").of_type("text/plain")
}

/// Whether a program on this machine asks, for itself.
fn near(sidecar: &Sidecar, head: &Head<'_>, host: &str) -> Result<(), Answer> {
    let refused = |rule, message: &str| Err(Answer::refused(403, rule, message));
    match head.peer {
        Peer::Loopback => {}
        Peer::Unknown if sidecar.trusts_engine => {}
        Peer::Unknown => {
            let message = "the engine does not say whether the caller is on this machine";
            return refused("peer", message);
        }
        Peer::Elsewhere => return refused("peer", "this is for programs on the same machine"),
    }
    // A name that leads here is no proof of being here (DNS rebinding).
    if !is_loopback(host) {
        return refused("host", "this is for `localhost` and addresses of loopback");
    }
    let names = head
        .headers
        .iter()
        .map(|(name, _)| name.to_ascii_lowercase());
    for name in names {
        let found = FOREIGN
            .iter()
            .find(|(foreign, _)| match foreign.ends_with('-') {
                true => name.starts_with(foreign),
                false => name == *foreign,
            });
        if let Some((_, whose)) = found {
            let message = format!("a {whose} has sent this, as `{name}` says");
            return refused(whose, &message);
        }
    }
    Ok(())
}

fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, _)) if !host.ends_with(']') => name,
        _ => host,
    };
    let address = name.trim_start_matches('[').trim_end_matches(']');
    let address = address.parse::<std::net::IpAddr>();
    name == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

fn asked<'a>(
    sidecar: &'a Sidecar,
    head: &Head<'a>,
    entrance: Entrance<'a>,
) -> Result<Pass<'a>, Answer> {
    if head.method != "GET" {
        let mut answer = Answer::refused(405, "method", "only GET asks here");
        answer.headers.push(("allow".to_owned(), "GET".to_owned()));
        return Err(answer);
    }
    if head.target.contains('?') {
        let message = "what is asked for stands in the configuration, and no query changes it";
        return Err(Answer::refused(400, "override", message));
    }
    let (api, is_of_anybody) = match entrance.name {
        VALIDATE => (None, false),
        path => {
            let (name, is_of_anybody) = match path.strip_prefix(HEADER) {
                Some(name) => (name, false),
                None => (
                    path.strip_prefix(HEADER_OF_ANYBODY).unwrap_or_default(),
                    true,
                ),
            };
            let api = sidecar.apis.get(name);
            let api = api.filter(|api| api.is_for_anybody || !is_of_anybody);
            (Some(api.ok_or_else(unknown)?), is_of_anybody)
        }
    };
    let inbound = (!is_of_anybody).then_some(&sidecar.inbound);
    Ok(Pass {
        entrance,
        inbound,
        attach: api.map(|api: &Api| &api.attach),
        token: decision::token(inbound, None, head)?,
        destination: Destination::Program(match api {
            Some(_) => Wanted::Header,
            None => Wanted::Claims,
        }),
    })
}

/// As that sidecar says it.
fn unknown() -> Answer {
    Answer::refused(400, "api", "no such API is configured")
}

#[cfg(test)]
mod tests;
