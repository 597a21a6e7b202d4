//! The name of an authority in the tokens and answers that it gives (`iss`).

use url::Url;

use crate::authority::Authority;
use crate::value::guid::is_guid;

/// Whether an issuer is this authority's: to the letter where it is known, at the same origin where it is not.
pub(crate) fn is_issuer_of(issuer: &str, authority: &Authority, tenant_id: Option<&str>) -> bool {
    if let Some(metadata) = authority.metadata() {
        return issuer == metadata.issuer(tenant_id.unwrap_or_default());
    }
    let origins: Vec<String> = match authority.cloud() {
        Some(cloud) => cloud
            .login_hosts()
            .iter()
            .map(|host| format!("https://{host}"))
            .collect(),
        None if authority.is_external_id() => return is_external_id_issuer(issuer, tenant_id),
        None => {
            let url = Url::parse(issuer).ok();
            return url.is_some_and(|url| url.origin().ascii_serialization() == authority.origin());
        }
    };
    origins.iter().any(|origin| match tenant_id {
        Some(tenant_id) => issuer == format!("{origin}/{tenant_id}/v2.0"),
        None => issuer
            .strip_prefix(origin.as_str())
            .is_some_and(|path| path.starts_with('/')),
    })
}

fn is_external_id_issuer(issuer: &str, tenant_id: Option<&str>) -> bool {
    let Some((host, path)) = issuer
        .strip_prefix("https://")
        .and_then(|rest| rest.split_once(".ciamlogin.com/"))
    else {
        return false;
    };
    tenant_id.is_none_or(|tenant_id| host == tenant_id)
        && is_guid(host)
        && path == format!("{host}/v2.0")
}
