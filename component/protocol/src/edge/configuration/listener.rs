//! Where a host listens that does so by itself, and how it is asked whether it lives.

use std::net::SocketAddr;

use crate::edge::configuration::document;
use crate::edge::configuration::fault::Fault;
use crate::edge::path;
use crate::value::printable::quoted;

/// Loopback, so that nobody else is let in before somebody says so.
const ADDRESS: &str = "127.0.0.1:8080";

/// Each may hold a head of 64 KiB.
const CONNECTIONS: u32 = 1024;

/// Each has an instance of its own, of some hundred kilobytes.
const REQUESTS: u32 = 256;

/// More than one process serves well, of either.
const MOST: u32 = 65_536;

/// A certificate with its chain, and its key, in PEM files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The file of the certificate and those that vouch for it.
    pub chain: String,
    /// The file of its key.
    pub private_key: String,
}

/// Which requests are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Each.
    All,
    /// Those that end here.
    Refused,
    /// None.
    None,
}

/// The listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// An IP address and a port; 0 is any free one.
    pub address: SocketAddr,
    /// `None` is http in the clear.
    pub certificate: Option<Certificate>,
    /// Open at once.
    pub connections: u32,
    /// At once.
    pub requests: u32,
    /// On stdout.
    pub told: Told,
    /// The path that answers 200 as long as this proxy lives.
    pub health: Option<String>,
}

impl Listener {
    pub(super) fn new(document: &document::Document) -> Result<Self, Fault> {
        let told = told(document.log.requests.as_deref())?;
        let requests = bounded("requests", document.limits.requests, REQUESTS)?;
        let Some(spanned) = &document.listen else {
            return Self::listening(&document::Listen::default(), requests, told);
        };
        Self::listening(spanned.get_ref(), requests, told)
            .map_err(|fault| fault.within("listen").at(spanned.span()))
    }

    fn listening(given: &document::Listen, requests: u32, told: Told) -> Result<Self, Fault> {
        let text = given.address.as_deref().unwrap_or(ADDRESS);
        let address: SocketAddr = text.parse().map_err(|_| {
            Fault::new(format!("{} is no address with a port", quoted(text)))
                .with_hint("write an IP address and a port, such as `127.0.0.1:8080`")
        })?;
        let certificate = certificate(given)?;
        if certificate.is_none() && !address.ip().is_loopback() && !given.plain_http {
            return Err(Fault::new(format!(
                "callers would send their tokens to {} without encryption",
                quoted(text)
            ))
            .with_hint(
                "name `certificate` and `private-key`, or write `plain-http = true` where the network is trusted",
            ));
        }
        let health = given.health.as_deref().map(health).transpose()?;
        Ok(Self {
            address,
            certificate,
            connections: bounded("connections", given.connections, CONNECTIONS)?,
            requests,
            told,
            health,
        })
    }
}

fn certificate(given: &document::Listen) -> Result<Option<Certificate>, Fault> {
    match (&given.certificate, &given.private_key) {
        (None, None) => Ok(None),
        (Some(chain), Some(private_key)) => Ok(Some(Certificate {
            chain: chain.clone(),
            private_key: private_key.clone(),
        })),
        _ => {
            Err(Fault::new("`certificate` and `private-key` go together")
                .with_hint("name both files"))
        }
    }
}

fn health(text: &str) -> Result<String, Fault> {
    match path::check(text) {
        Ok(()) if !text.ends_with('/') => Ok(text.to_owned()),
        _ => Err(
            Fault::new(format!("{} is no path of one page", quoted(text)))
                .with_hint("write a path such as `/healthz`"),
        ),
    }
}

fn told(text: Option<&str>) -> Result<Told, Fault> {
    match text {
        None | Some("all") => Ok(Told::All),
        Some("refused") => Ok(Told::Refused),
        Some("none") => Ok(Told::None),
        Some(other) => Err(
            Fault::new(format!("log: requests {} is not known", quoted(other)))
                .with_hint("write `all`, `refused` or `none`"),
        ),
    }
}

fn bounded(name: &str, given: Option<u32>, usual: u32) -> Result<u32, Fault> {
    let number = given.unwrap_or(usual);
    match (1..=MOST).contains(&number) {
        true => Ok(number),
        false => Err(Fault::new(format!("`{name}` is not between 1 and {MOST}"))),
    }
}
