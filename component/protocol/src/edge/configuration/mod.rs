//! What a proxy lets through, read from TOML; closed by default.
//!
//! [TOML 1.1](https://toml.io/en/v1.1.0). A key that is not known, a list without an end, two routes for one request and a rule that cannot
//! hold are errors with their line. Secrets are named here and never written.

pub mod fault;
pub mod identity;
pub mod listener;
pub mod route;
pub mod sidecar;

mod document;
mod quantity;
mod words;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::edge::configuration::document::Document;
use crate::edge::configuration::fault::Fault;
use crate::edge::configuration::identity::{Attach, Identity, SecretPlace};
use crate::edge::configuration::listener::Listener;
use crate::edge::configuration::route::{Inbound, Route};
use crate::edge::configuration::sidecar::Sidecar;
use crate::edge::sidecar::is_own;
use crate::value::impossible::Impossible;

/// A file of this size nobody reads any more.
pub const LONGEST: usize = 64 * 1024;

const MOST_ROUTES: usize = 64;

/// In any list.
const MOST_VALUES: usize = 16;

/// What an API is sent.
const BODY: u64 = 10 << 20;

/// As long as a slow answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Everything that decides, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    /// By name.
    pub identities: BTreeMap<String, Identity>,
    /// In the order of the document; no two are for the same request.
    pub routes: Vec<Route>,
    /// The most bytes of a request's body; `None` is no limit.
    pub longest_body: Option<u64>,
    /// How long a server behind may take to begin its answer.
    pub upstream_timeout: Duration,
    /// For hosts that listen by themselves; its health is answered in all.
    pub listener: Listener,
    /// For programs beside.
    pub sidecar: Option<Sidecar>,
    /// Headers that only this proxy may set, on any route.
    pub(crate) reserved: Vec<String>,
}

impl Configuration {
    /// Reads the document.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        if text.len() > LONGEST {
            return Err(Fault::new(format!(
                "the configuration is longer than {LONGEST} bytes"
            )));
        }
        let document: Document = toml::from_str(text).map_err(|error| {
            let fault = Fault::new(error.message().trim_end().replace('\n', ", "));
            error
                .span()
                .map_or(fault.clone(), |span| fault.at(span))
                .in_text(text)
        })?;
        Self::new(&document).map_err(|fault| fault.in_text(text))
    }

    fn new(document: &Document) -> Result<Self, Fault> {
        if *document.version.get_ref() != 1 {
            return Err(Fault::new("this version of the configuration is not known")
                .with_hint("write `version = 1`")
                .at(document.version.span()));
        }
        let identities = document
            .identity
            .iter()
            .map(|(name, identity)| {
                let fault = |fault: Fault| fault.of("identity", name).at(identity.span());
                Ok((
                    name.clone(),
                    Identity::new(identity.get_ref()).map_err(fault)?,
                ))
            })
            .collect::<Result<_, Fault>>()?;
        let sidecar = sidecar(document, &identities)?;
        let routes = routes(document, &identities)?;
        let listener = Listener::new(document)?;
        check_health(&listener, &routes)?;
        if sidecar.is_some() {
            check_sidecar(&routes)?;
        }
        let mut reserved: Vec<String> = routes
            .iter()
            .flat_map(|route| route.claims.iter().map(|(header, _)| header.clone()))
            .collect();
        reserved.sort_unstable();
        reserved.dedup();
        let limits = &document.limits;
        Ok(Self {
            identities,
            routes,
            listener,
            sidecar,
            reserved,
            longest_body: match &limits.body {
                Some(text) => quantity::size(text)?,
                None => Some(BODY),
            },
            upstream_timeout: match &limits.upstream_timeout {
                Some(text) => quantity::span(text)?,
                None => PATIENCE,
            },
        })
    }

    /// The environment variables that secrets are taken from.
    pub fn variables(&self) -> Vec<&str> {
        let places = self.identities.values().filter_map(Identity::secret_place);
        places
            .filter_map(|place| match place {
                SecretPlace::Variable(name) => Some(name.as_str()),
                SecretPlace::Store(_) | SecretPlace::File(_) => None,
            })
            .collect()
    }

    /// What callers must bring, at every entrance.
    pub fn inbounds(&self) -> impl Iterator<Item = &Inbound> {
        let routes = self
            .routes
            .iter()
            .filter_map(|route| route.inbound.as_ref());
        routes.chain(self.sidecar.iter().map(|sidecar| &sidecar.inbound))
    }

    /// The route of this name.
    pub(crate) fn route(&self, name: &str) -> Option<&Route> {
        self.routes.iter().find(|route| route.name == name)
    }
}

fn routes(
    document: &Document,
    identities: &BTreeMap<String, Identity>,
) -> Result<Vec<Route>, Fault> {
    if document.route.is_empty() && document.sidecar.is_none() {
        return Err(Fault::new("there is no route").with_hint("write at least one `[[route]]`"));
    }
    if document.route.len() > MOST_ROUTES {
        return Err(Fault::new(format!(
            "there are more than {MOST_ROUTES} routes"
        )));
    }
    let mut routes: Vec<Route> = Vec::new();
    for spanned in &document.route {
        let given = spanned.get_ref();
        let fault = |fault: Fault| fault.of("route", &given.name).at(spanned.span());
        let route = route(document, identities, given).map_err(fault)?;
        if routes.iter().any(|other| other.name == route.name) {
            return Err(fault(Fault::new("the name stands twice")));
        }
        if let Some(other) = routes.iter().find(|other| other.overlaps(&route)) {
            return Err(fault(
                Fault::new(format!("it is for requests of route `{}` too", other.name))
                    .with_hint("tell them apart by host, path or method"),
            ));
        }
        routes.push(route);
    }
    Ok(routes)
}

fn check_health(listener: &Listener, routes: &[Route]) -> Result<(), Fault> {
    let Some(health) = &listener.health else {
        return Ok(());
    };
    let taken = routes.iter().find(|route| route.path == *health);
    taken.map_or(Ok(()), |route| {
        Err(Fault::new(format!(
            "listen: health `{health}` is the path of route `{}`",
            route.name
        ))
        .with_hint("choose a path that no route has"))
    })
}

fn sidecar(
    document: &Document,
    identities: &BTreeMap<String, Identity>,
) -> Result<Option<Sidecar>, Fault> {
    let Some(spanned) = &document.sidecar else {
        return Ok(None);
    };
    let given = spanned.get_ref();
    let sidecar = bounded(&[&given.scopes, &given.roles])
        .and_then(|()| inbound(document, &given.inbound, &given.scopes, &given.roles))
        .and_then(|inbound| Sidecar::new(given, inbound, identities));
    let fault = |fault: Fault| fault.within("sidecar").at(spanned.span());
    sidecar.map(Some).map_err(fault)
}

fn check_sidecar(routes: &[Route]) -> Result<(), Fault> {
    let taken = routes.iter().find(|route| is_own(&route.path));
    taken.map_or(Ok(()), |route| {
        Err(Fault::new(format!(
            "route `{}`: path `{}` is the sidecar's",
            route.name, route.path
        ))
        .with_hint("choose another path, or leave out `[sidecar]`"))
    })
}

fn route(
    document: &Document,
    identities: &BTreeMap<String, Identity>,
    given: &document::Route,
) -> Result<Route, Fault> {
    let lists = [&given.methods, &given.scopes, &given.roles];
    bounded(&lists)?;
    let inbound = match (&given.inbound, given.public) {
        (Some(_), true) => {
            return Err(Fault::new(
                "`inbound` and `public = true` contradict each other",
            ));
        }
        (None, false) => {
            return Err(Fault::new("it does not say what a caller must bring")
                .with_hint("name an `inbound`, or write `public = true` if anybody may call"));
        }
        (None, true) if !given.scopes.is_empty() || !given.roles.is_empty() => {
            return Err(Fault::new("a public route asks for no permission"));
        }
        (None, true) => None,
        (Some(name), false) => Some(inbound(document, name, &given.scopes, &given.roles)?),
    };
    let attach = given.attach.as_ref();
    let attach = attach.map(|attach| Attach::among(identities, attach));
    let attach = attach.transpose()?;
    let needs_caller = |attach: &Attach| attach.grant == identity::Grant::OnBehalfOf;
    if inbound.is_none() && attach.as_ref().is_some_and(needs_caller) {
        return Err(Fault::new(
            "a public route has nobody on whose behalf it could act",
        ));
    }
    Route::new(given, inbound, attach)
}

fn inbound(
    document: &Document,
    name: &str,
    scopes: &[String],
    roles: &[String],
) -> Result<Inbound, Fault> {
    let spanned = document
        .inbound
        .get(name)
        .ok_or_else(|| Fault::new(format!("there is no inbound `{name}`")))?;
    let inbound = spanned.get_ref();
    let fault = |fault: Fault| fault.of("inbound", name).at(spanned.span());
    let lists = [
        &inbound.tenants,
        &inbound.audiences,
        &inbound.clients,
        &inbound.groups,
    ];
    bounded(&lists).map_err(fault)?;
    Inbound::new(inbound, scopes, roles).map_err(fault)
}

fn bounded(lists: &[&Vec<String>]) -> Result<(), Fault> {
    match lists.iter().any(|list| list.len() > MOST_VALUES) {
        true => Err(Fault::new(format!(
            "a list has more than {MOST_VALUES} values"
        ))),
        false => Ok(()),
    }
}

impl From<Impossible> for Fault {
    fn from(impossible: Impossible) -> Self {
        let fault = Self::new(impossible.message());
        match impossible.hint() {
            Some(hint) => fault.with_hint(hint),
            None => fault,
        }
    }
}
