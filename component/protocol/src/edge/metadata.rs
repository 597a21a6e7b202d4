//! What a protected resource says about itself, for clients that find their way alone.
//!
//! [RFC 9728](https://www.rfc-editor.org/rfc/rfc9728).

use serde_json::json;

use crate::edge::answer::Answer;
use crate::edge::configuration::Configuration;
use crate::edge::configuration::route::{Inbound, Route};

/// [Section 3](https://www.rfc-editor.org/rfc/rfc9728#section-3): in front of the resource's own path.
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// Whether the path is one of these documents'; no route can be.
pub(crate) fn is_path(path: &str) -> bool {
    path.strip_prefix(WELL_KNOWN)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The document of the resource at `host` that the path speaks of.
pub(crate) fn document(configuration: &Configuration, host: &str, path: &str) -> Option<Answer> {
    let resource = path.strip_prefix(WELL_KNOWN)?;
    let route = configuration.routes.iter().find(|route| {
        route.has_metadata && route.is_on(host) && own_path(route) == resource.trim_end_matches('/')
    })?;
    let inbound = route.inbound.as_ref()?;
    let servers = inbound
        .tenants
        .iter()
        .map(|tenant| format!("{}/{tenant}/v2.0", inbound.authority.trim_end_matches('/')));
    let body = json!({
        "resource": address(route, ""),
        "authorization_servers": servers.collect::<Vec<_>>(),
        "scopes_supported": scopes(inbound),
        "bearer_methods_supported": ["header"],
    });
    Some(Answer::json(200, "metadata", &body.to_string()))
}

/// The address of a route's document.
pub(crate) fn url(route: &Route) -> Option<String> {
    route.has_metadata.then(|| address(route, WELL_KNOWN))
}

/// Made of the configuration alone: what a caller says about the host is not repeated.
fn address(route: &Route, before: &str) -> String {
    let host = route.host.as_deref().unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let is_loopback = matches!(name, "localhost" | "127.0.0.1" | "[::1]");
    let scheme = if is_loopback { "http" } else { "https" };
    format!("{scheme}://{host}{before}{}", own_path(route))
}

fn own_path(route: &Route) -> &str {
    route.path.trim_end_matches('/')
}

/// As clients ask for them: below the App ID URI.
fn scopes(inbound: &Inbound) -> Vec<String> {
    let uri = inbound
        .audiences
        .iter()
        .find(|audience| audience.contains("://"));
    let uri = uri.or(inbound.audiences.first());
    let uri = uri.map(|uri| uri.trim_end_matches('/')).unwrap_or_default();
    inbound
        .scopes
        .iter()
        .map(|scope| format!("{uri}/{scope}"))
        .collect()
}
