//! `GET /common/discovery/instance`: which hosts are one cloud, asked by clients before they trust
//! an authority.

use http::Uri;
use serde_json::{Value, json};

use crate::{exchange::Exchange, refusal::Refusal};

/// Describes this emulator as a cloud of its own; any other host is unknown here.
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
    let aliases = exchange.origin.aliases();
    if !aliases.contains(&host) {
        return Err(Refusal::unknown_instance(&host));
    }
    let scheme = endpoint.scheme_str().unwrap_or("https");
    let segment = endpoint.path().split('/').nth(1).unwrap_or_default();
    let base = format!("{scheme}://{host}/{segment}");
    Ok(json!({
        "tenant_discovery_endpoint": format!("{base}/v2.0/.well-known/openid-configuration"),
        "api-version": "1.1",
        "metadata": [{
            "preferred_network": exchange.origin.authority(),
            "preferred_cache": exchange.origin.authority(),
            "aliases": aliases,
        }],
    }))
}
