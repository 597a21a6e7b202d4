//! Whom a configuration names.

use std::collections::BTreeMap;

use serde::Deserialize;

/// What of it concerns the gates. The rest is for the proxy, which reads the whole and says what is wrong with it.
#[derive(Default, Deserialize)]
pub(crate) struct Reach {
    #[serde(default)]
    inbound: BTreeMap<String, Inbound>,
    #[serde(default)]
    identity: BTreeMap<String, Identity>,
    #[serde(default)]
    route: Vec<Route>,
}

#[derive(Deserialize)]
struct Inbound {
    authority: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Identity {
    authority: Option<String>,
    managed_identity: Option<String>,
}

#[derive(Deserialize)]
struct Route {
    upstream: String,
}

impl Reach {
    /// What cannot be read names nobody.
    pub(crate) fn parse(text: &str) -> Self {
        toml::from_str(text).unwrap_or_default()
    }

    /// The servers behind the proxy.
    pub(crate) fn upstreams(&self) -> impl Iterator<Item = &str> {
        self.route.iter().map(|route| route.upstream.as_str())
    }

    /// The sign-in services; `None` is Microsoft's own for the worldwide cloud.
    pub(crate) fn authorities(&self) -> impl Iterator<Item = Option<&str>> {
        let inbounds = self.inbound.values().map(|inbound| &inbound.authority);
        let identities = self.identity.values();
        let clients = identities.filter(|identity| identity.managed_identity.is_none());
        inbounds
            .chain(clients.map(|client| &client.authority))
            .map(Option::as_deref)
    }

    /// Whether the platform is asked for its own identity.
    pub(crate) fn has_managed_identity(&self) -> bool {
        let mut identities = self.identity.values();
        identities.any(|identity| identity.managed_identity.is_some())
    }
}
