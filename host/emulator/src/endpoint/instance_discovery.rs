//! `GET /common/discovery/instance`: which hosts are one cloud, asked by clients before they trust
//! an authority.

use http::Uri;
use serde_json::{Value, json};

use crate::exchange::Exchange;
use crate::refusal::Refusal;
use crate::value::cloud::{Cloud, NAMES, Names};

/// Describes this emulator as a cloud of its own, and any other host as unknown; under the name of
/// one of Microsoft's hosts it describes Microsoft's clouds.
pub(crate) fn answer(uri: &Uri, exchange: &Exchange<'_>) -> Result<Value, Refusal> {
    let query = uri.query().unwrap_or_default();
    let endpoint = form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "authorization_endpoint")
        .map(|(_, value)| value.into_owned())
        .ok_or_else(|| Refusal::missing("authorization_endpoint"))?;
    let endpoint: Uri = endpoint
        .parse()
        .map_err(|_| Refusal::unknown_instance(&endpoint))?;
    let host = endpoint
        .authority()
        .map(|authority| authority.as_str().to_ascii_lowercase())
        .unwrap_or_default();
    let networks = networks(exchange);
    let is_known = |network: &Value| {
        network["aliases"]
            .as_array()
            .is_some_and(|aliases| aliases.contains(&json!(host)))
    };
    if !networks.iter().any(is_known) {
        return Err(Refusal::unknown_instance(&host));
    }
    let scheme = endpoint.scheme_str().unwrap_or("https");
    let segment = endpoint.path().split('/').nth(1).unwrap_or_default();
    let base = format!("{scheme}://{host}/{segment}");
    Ok(json!({
        "tenant_discovery_endpoint": format!("{base}/v2.0/.well-known/openid-configuration"),
        "api-version": "1.1",
        "metadata": networks,
    }))
}

/// Microsoft's clouds if the request came to one of them, else this emulator alone.
fn networks(exchange: &Exchange<'_>) -> Vec<Value> {
    let host = exchange.origin.authority();
    if Cloud::of_host(host).is_none() {
        return vec![json!({
            "preferred_network": host,
            "preferred_cache": host,
            "aliases": exchange.origin.aliases(),
        })];
    }
    let network = |names: &&Names| {
        json!({
            "preferred_network": names.hosts.first(),
            "preferred_cache": names.cache_host,
            "aliases": names.hosts,
        })
    };
    NAMES.iter().map(network).collect()
}
