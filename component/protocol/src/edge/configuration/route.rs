//! A route: which requests it is for, what they must bring, and where they go.

use std::net::IpAddr;

use url::{Host, Url};

use crate::authority::{Authority, DEFAULT_INSTANCE};
use crate::edge::configuration::document;
use crate::edge::configuration::fault::Fault;
use crate::edge::configuration::identity::Attach;
use crate::edge::configuration::quantity;
use crate::edge::{headers, path};
use crate::token::verification::expectations::{Expectations, Permissions};
use crate::value::printable::quoted;

/// What a caller must bring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inbound {
    /// The sign-in host.
    pub authority: String,
    /// By GUID.
    pub tenants: Vec<String>,
    /// To the letter.
    pub audiences: Vec<String>,
    /// By id; none means any.
    pub clients: Vec<String>,
    /// By object id; none means any.
    pub groups: Vec<String>,
    /// For people.
    pub scopes: Vec<String>,
    /// For applications.
    pub roles: Vec<String>,
    /// In seconds.
    pub skew: u32,
}

/// One route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Its name.
    pub name: String,
    /// Which host, in lower case; `None` is any. Without a port, any port.
    pub host: Option<String>,
    /// Exactly this path, or with a slash at its end everything below it.
    pub path: String,
    /// In upper case.
    pub methods: Vec<String>,
    /// What a caller must bring; `None` is nothing.
    pub inbound: Option<Inbound>,
    /// Scheme, host and port of the server behind, such as `http://127.0.0.1:9000`.
    pub upstream: String,
    /// The token that goes along.
    pub attach: Option<Attach>,
    pub(crate) passes_authorization: bool,
    pub(crate) passes_cookies: bool,
    /// Header and claim.
    pub(crate) claims: Vec<(String, String)>,
    pub(crate) has_metadata: bool,
}

/// What [RFC 9110 section 9](https://www.rfc-editor.org/rfc/rfc9110#section-9) and [RFC 5789](https://www.rfc-editor.org/rfc/rfc5789) define, without
/// those that are for the connection itself.
const METHODS: [&str; 7] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

/// Names that change hands, or can be chosen: nobody is told apart by them
/// ([claims validation](https://learn.microsoft.com/entra/identity-platform/claims-validation#validate-the-subject)).
const NAMES: [&str; 5] = ["email", "name", "preferred_username", "unique_name", "upn"];

impl Inbound {
    pub(super) fn new(
        given: &document::Inbound,
        scopes: &[String],
        roles: &[String],
    ) -> Result<Self, Fault> {
        let skew = given.skew.as_deref().map(quantity::span).transpose()?;
        let skew = skew.map_or(60, |skew| skew.as_secs());
        let authority = given.authority.as_deref().unwrap_or(DEFAULT_INSTANCE);
        let tenant = given
            .tenants
            .first()
            .map(String::as_str)
            .unwrap_or_default();
        // Built once to find out whether it can be.
        Authority::parse(authority, tenant)
            .and_then(|authority| Expectations::new(authority, &given.tenants, &given.audiences))
            .and_then(|expectations| expectations.with_clients(&given.clients))
            .and_then(|expectations| expectations.with_groups(&given.groups))
            .and_then(|expectations| expectations.with_skew(std::time::Duration::from_secs(skew)))
            .map(|expectations| {
                expectations.with_permissions(Permissions {
                    scopes: scopes.to_vec(),
                    roles: roles.to_vec(),
                })
            })
            .map_err(Fault::from)?;
        Ok(Self {
            authority: authority.to_owned(),
            tenants: given.tenants.clone(),
            audiences: given.audiences.clone(),
            clients: given.clients.clone(),
            groups: given.groups.clone(),
            scopes: scopes.to_vec(),
            roles: roles.to_vec(),
            skew: u32::try_from(skew).unwrap_or(u32::MAX),
        })
    }
}

impl Route {
    pub(super) fn new(
        given: &document::Route,
        inbound: Option<Inbound>,
        attach: Option<Attach>,
    ) -> Result<Self, Fault> {
        check_name(&given.name)?;
        path::check(&given.path).map_err(|why| {
            Fault::new(format!("path {} {}", quoted(&given.path), why.0))
                .with_hint("write it as callers do; a slash at the end makes it a prefix")
        })?;
        if given.path.starts_with("/.entra/") || given.path.starts_with("/.well-known/oauth-") {
            return Err(Fault::new(format!(
                "path {} is the proxy's own",
                quoted(&given.path)
            )));
        }
        check_methods(&given.methods)?;
        let host = given.host.as_deref().map(host).transpose()?;
        if given.metadata && (host.is_none() || inbound.is_none()) {
            return Err(
                Fault::new("`metadata` needs `host` and `inbound`").with_hint(
                    "clients are told the address of the resource and who issues its tokens",
                ),
            );
        }
        if given.pass_authorization && attach.is_some() {
            return Err(Fault::new(
                "`pass-authorization` and `attach` contradict each other",
            ));
        }
        Ok(Self {
            name: given.name.clone(),
            host,
            path: given.path.clone(),
            methods: given.methods.clone(),
            upstream: upstream(&given.upstream, given.plain_http)?,
            attach,
            passes_authorization: given.pass_authorization,
            passes_cookies: given.cookies,
            claims: claims(given, inbound.is_some())?,
            has_metadata: given.metadata,
            inbound,
        })
    }

    pub(crate) fn is_for(&self, host: &str, path: &str) -> bool {
        self.is_on(host) && self.is_path(path)
    }

    pub(crate) fn is_on(&self, host: &str) -> bool {
        let is_named = |own: &String| {
            let bare = || own.rsplit_once(':').is_none() || own.ends_with(']');
            own == host
                || bare()
                    && host
                        .strip_prefix(own.as_str())
                        .is_some_and(|port| port.starts_with(':'))
        };
        self.host.as_ref().is_none_or(is_named)
    }

    fn is_path(&self, path: &str) -> bool {
        match self.path.ends_with('/') {
            true => path.starts_with(&self.path),
            false => path == self.path,
        }
    }

    /// Whether some request could belong to both.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        let same_host = match (&self.host, &other.host) {
            (Some(own), Some(their)) => self.is_on(their) || other.is_on(own),
            _ => true,
        };
        same_host
            && (self.is_path(&other.path) || other.is_path(&self.path))
            && self
                .methods
                .iter()
                .any(|method| other.methods.contains(method))
    }
}

fn check_name(name: &str) -> Result<(), Fault> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if (1..=40).contains(&name.len()) && name.bytes().all(is_plain) {
        return Ok(());
    }
    Err(
        Fault::new(format!("{} is no name for a route", quoted(name)))
            .with_hint("use up to 40 lower-case letters, digits and hyphens"),
    )
}

fn check_methods(methods: &[String]) -> Result<(), Fault> {
    if methods.is_empty() {
        return Err(Fault::new("no method is named").with_hint("write them out, such as [\"GET\"]"));
    }
    let unknown = methods
        .iter()
        .find(|method| !METHODS.contains(&method.as_str()));
    unknown.map_or(Ok(()), |method| {
        Err(
            Fault::new(format!("method {} is none that passes", quoted(method)))
                .with_hint(format!("use {}", METHODS.join(", "))),
        )
    })
}

fn host(text: &str) -> Result<String, Fault> {
    let headers = [];
    let head = crate::edge::head::Head::new("GET", "http", Some(text), "/", &headers);
    head.host().ok_or_else(|| {
        Fault::new(format!("host {} is no host", quoted(text)))
            .with_hint("write a name or an address, with a port if only that one is meant")
    })
}

fn upstream(text: &str, plain_http: bool) -> Result<String, Fault> {
    let fault = |what: &str| {
        Fault::new(format!("upstream {} {what}", quoted(text)))
            .with_hint("write scheme, host and port only, such as `http://127.0.0.1:9000`")
    };
    let is_clean = text.bytes().all(|byte| byte.is_ascii_graphic()) && !text.contains(['\\', '@']);
    let url = Url::parse(text)
        .ok()
        .filter(|url| is_clean && matches!(url.scheme(), "http" | "https"))
        .ok_or_else(|| fault("is no address"))?;
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(fault("has a path").with_hint("paths go on as they come; leave it out"));
    }
    if url.scheme() == "http" && !is_loopback(&url) && !plain_http {
        return Err(fault("would be reached without encryption")
            .with_hint("use https, or write `plain-http = true` where the network is trusted"));
    }
    let origin = url.origin().ascii_serialization();
    // What opens the gates compares texts. An address that many programs read in many ways is nothing to be guessed at either.
    let port = url.port_or_known_default().unwrap_or_default();
    let written = text.trim_end_matches('/').to_ascii_lowercase();
    if written != origin && written != format!("{origin}:{port}") {
        return Err(fault("is spelled oddly").with_hint(format!("write `{origin}`")));
    }
    Ok(origin)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Domain(domain)) => domain == "localhost",
        None => false,
    }
}

fn claims(given: &document::Route, has_caller: bool) -> Result<Vec<(String, String)>, Fault> {
    if !has_caller && !given.claims.is_empty() {
        return Err(Fault::new(
            "a public route has no caller whose claims could be handed on",
        ));
    }
    for (header, claim) in &given.claims {
        if !headers::is_free(header) {
            return Err(
                Fault::new(format!("header {} cannot carry a claim", quoted(header))).with_hint(
                    "use a name in lower case that begins with `x-`, such as `x-entra-oid`",
                ),
            );
        }
        if NAMES.contains(&claim.as_str()) {
            return Err(Fault::new(format!(
                "claim {} can change hands, so nobody is told apart by it",
                quoted(claim)
            ))
            .with_hint("hand on `oid` together with `tid`"));
        }
    }
    let claims = given.claims.iter();
    Ok(claims
        .map(|(header, claim)| (header.clone(), claim.clone()))
        .collect())
}
