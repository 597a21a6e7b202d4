//! The name of an authority in the tokens and answers that it gives (`iss`).

use url::Url;

use crate::authority::Authority;
use crate::authority::cloud::Cloud;
use crate::authority::token_version::TokenVersion;
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

/// The issuer of a tenant's access tokens, to the letter; `None` where it is not known
/// ([access tokens](https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-the-issuer)).
///
/// A server that is no cloud of Microsoft's has Entra's layout: its v1 issuer is its origin.
pub(crate) fn access_token_issuer(
    authority: &Authority,
    version: TokenVersion,
    tenant_id: &str,
) -> Option<String> {
    if authority.path.is_some() {
        return None;
    }
    if authority.is_external_id() {
        let is_v2 = version == TokenVersion::V2;
        return is_v2.then(|| format!("https://{tenant_id}.ciamlogin.com/{tenant_id}/v2.0"));
    }
    match (version, authority.cloud()) {
        (TokenVersion::V1, Some(cloud)) => {
            let host = cloud.v1_issuer_host()?;
            Some(format!("https://{host}/{tenant_id}/"))
        }
        (TokenVersion::V1, None) => Some(format!("{}/{tenant_id}/", authority.origin())),
        (TokenVersion::V2, _) => Some(format!("{}/{tenant_id}/v2.0", authority.canonical_origin())),
    }
}

/// The instance of the cloud that an access token names as its issuer; `None` where that is none of Microsoft's. Clouds that share
/// the issuer of version 1 are taken for the public one.
pub(crate) fn named_instance(issuer: &str, tenant_id: &str) -> Option<String> {
    let own = format!("https://{tenant_id}.ciamlogin.com");
    let clouds = Cloud::ALL.iter().map(|cloud| cloud.instance());
    clouds.chain([own]).find(|instance| {
        Authority::parse(instance, tenant_id).is_ok_and(|authority| {
            [TokenVersion::V1, TokenVersion::V2].iter().any(|version| {
                access_token_issuer(&authority, *version, tenant_id).as_deref() == Some(issuer)
            })
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_its_cloud() {
        let guid = "11111111-2222-3333-4444-555555555555";
        let rows = [
            (
                "https://sts.windows.net/T/",
                Some("https://login.microsoftonline.com"),
            ),
            (
                "https://login.microsoftonline.com/T/v2.0",
                Some("https://login.microsoftonline.com"),
            ),
            (
                "https://login.microsoftonline.us/T/v2.0",
                Some("https://login.microsoftonline.us"),
            ),
            (
                "https://sts.chinacloudapi.cn/T/",
                Some("https://login.partner.microsoftonline.cn"),
            ),
            (
                "https://T.ciamlogin.com/T/v2.0",
                Some("https://T.ciamlogin.com"),
            ),
            ("https://evil.ciamlogin.com/T/v2.0", None),
            ("https://login.microsoftonline.com.evil.test/T/v2.0", None),
            ("https://login.microsoftonline.com/T/v2.0/", None),
            ("http://127.0.0.1:8400/T/v2.0", None),
        ];
        for (issuer, expected) in rows {
            assert_eq!(
                named_instance(&issuer.replace('T', guid), guid),
                expected.map(|instance| instance.replace('T', guid)),
                "{issuer}"
            );
        }
    }

    #[test]
    fn each_authority_has_one_issuer_a_version() {
        let guid = "11111111-2222-3333-4444-555555555555";
        let rows = [
            (
                "https://login.microsoftonline.com",
                Some("https://sts.windows.net/T/"),
                Some("https://login.microsoftonline.com/T/v2.0"),
            ),
            (
                "https://login.windows.net",
                Some("https://sts.windows.net/T/"),
                Some("https://login.microsoftonline.com/T/v2.0"),
            ),
            (
                "usgovernment",
                Some("https://sts.windows.net/T/"),
                Some("https://login.microsoftonline.us/T/v2.0"),
            ),
            (
                "china",
                Some("https://sts.chinacloudapi.cn/T/"),
                Some("https://login.partner.microsoftonline.cn/T/v2.0"),
            ),
            (
                "https://login.sovcloud-identity.fr",
                None,
                Some("https://login.sovcloud-identity.fr/T/v2.0"),
            ),
            (
                "https://contoso.ciamlogin.com",
                None,
                Some("https://T.ciamlogin.com/T/v2.0"),
            ),
            (
                "http://127.0.0.1:8400",
                Some("http://127.0.0.1:8400/T/"),
                Some("http://127.0.0.1:8400/T/v2.0"),
            ),
        ];
        for (instance, v1, v2) in rows {
            let authority = Authority::parse(instance, guid).unwrap();
            for (version, expected) in [(TokenVersion::V1, v1), (TokenVersion::V2, v2)] {
                assert_eq!(
                    access_token_issuer(&authority, version, "T").as_deref(),
                    expected,
                    "{instance} {version:?}"
                );
            }
        }
        let custom = Authority::parse("https://login.example.test/a/b", "").unwrap();
        assert_eq!(access_token_issuer(&custom, TokenVersion::V2, "T"), None);
    }
}
