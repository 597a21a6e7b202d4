//! Which way a request takes: directly, or through the proxy that the environment names.
//!
//! A setting that cannot be understood stops the request. To go past a proxy that somebody asked for is worse than not to
//! go at all.

mod address;
mod connect;
mod exceptions;
mod socks;

use std::ffi::OsString;
use std::fmt;
use std::net::IpAddr;

pub(super) use address::{Address, Protocol};
pub(super) use connect::tunnel;
use exceptions::Exceptions;
pub(super) use socks::handshake;

use super::cause::Cause;
use super::setting::Setting;
use crate::capability::bindings::entra_auth::core::errors::Fault;

/// For https, in curl's order: what is written small comes first, and what is for everything last.
const PROXY: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
const NO_PROXY: [&str; 2] = ["no_proxy", "NO_PROXY"];

/// What the environment says about proxies.
#[derive(Clone, Debug)]
pub(super) struct Proxies {
    proxy: Option<Result<Proxy, Cause>>,
    exceptions: Exceptions,
}

/// A proxy and the variable that names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Proxy {
    pub(super) address: Address,
    pub(super) variable: &'static str,
}

impl Proxies {
    /// From environment variables.
    pub(super) fn from_variables(find: impl Fn(&str) -> Option<OsString>) -> Self {
        let first = |names: &[&'static str]| {
            names
                .iter()
                .find_map(|name| Setting::of_variable(name, &find))
        };
        Self {
            proxy: first(&PROXY).map(|setting| Proxy::from_setting(&setting)),
            // What is no text names no host.
            exceptions: first(&NO_PROXY)
                .and_then(|setting| Some(Exceptions::parse(setting.text.as_ref()?)))
                .unwrap_or_default(),
        }
    }

    /// The proxy on the way to `host`, an IPv6 address without brackets; none on loopback, wherever a proxy is set.
    pub(super) fn between(&self, host: &str) -> Result<Option<&Proxy>, Cause> {
        match &self.proxy {
            Some(proxy) if !is_loopback(host) && !self.exceptions.include(host) => {
                proxy.as_ref().map(Some).map_err(Clone::clone)
            }
            _ => Ok(None),
        }
    }
}

impl Proxy {
    fn from_setting(setting: &Setting) -> Result<Self, Cause> {
        let variable = setting.variable;
        let text = setting
            .text
            .as_ref()
            .ok_or("is no text in UTF-8".to_owned());
        match text.and_then(|text| Address::parse(text)) {
            Ok(address) => Ok(Self { address, variable }),
            Err(why) => Err(Cause::new(
                Fault::Other,
                format!("the proxy that `{variable}` names {why}; nothing was sent"),
                format!(
                    "write {variable} as `http://host:port` or `http://user:password@host:port`, with `%23` for a `#` and \
                     likewise for other characters of user and password that mean something in an address"
                ),
            )),
        }
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the proxy `{}` (`{}`)", self.address, self.variable)
    }
}

/// This machine by its names and addresses (RFC 6761 section 6.3).
pub(super) fn is_loopback(host: &str) -> bool {
    let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    match host.parse::<IpAddr>() {
        Ok(address) => address.to_canonical().is_loopback(),
        Err(_) => name == "localhost" || name.ends_with(".localhost"),
    }
}

#[cfg(test)]
mod tests;
