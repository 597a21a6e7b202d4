//! Asking an authority about itself, for authorities that are not a known cloud.
//!
//! [OpenID Connect Discovery](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata). Secrets will be sent to the
//! endpoints named here, so each must be on the authority's own host or a host of the same cloud
//! ([RFC 9700 section 4.4](https://www.rfc-editor.org/rfc/rfc9700#section-4.4)). Keys and capabilities are not looked at.

use http::{Request, Response};
use url::Url;
use zeroize::Zeroizing;

use crate::authority::Authority;
use crate::authority::cloud::Cloud;
use crate::authority::metadata::Metadata;
use crate::exchange::answer::{Members, members, with_response};
use crate::exchange::form;
use crate::refusal::error::Error;
use crate::refusal::peer::Peer;
use crate::refusal::unacceptable::Unacceptable;
use crate::value::correlation_id::CorrelationId;
use crate::value::impossible::Impossible;
use crate::value::time::Timestamp;

/// The request for an authority's metadata.
#[derive(Clone, Debug)]
pub struct MetadataRequest<'a> {
    authority: &'a Authority,
    correlation_id: CorrelationId,
}

impl<'a> MetadataRequest<'a> {
    /// Asks the authority's own host.
    pub const fn new(authority: &'a Authority, correlation_id: CorrelationId) -> Self {
        Self {
            authority,
            correlation_id,
        }
    }

    /// The request to send, following no redirect.
    pub fn to_http(&self) -> Result<Request<Zeroizing<Vec<u8>>>, Impossible> {
        let url = form::to_uri(&self.authority.metadata_url())?;
        Ok(form::get(&url, self.correlation_id))
    }

    /// Reads the answer that came at `now`.
    pub fn read(
        &self,
        response: &Response<impl AsRef<[u8]>>,
        now: Timestamp,
    ) -> Result<Metadata, Error> {
        let members = members(response, Peer::Authority, now)?;
        let members = Members::new(Peer::Authority, "metadata", members);
        Ok(read_members(members, self.authority)
            .map_err(|error| with_response(error, response, now))?)
    }
}

fn read_members(mut members: Members, authority: &Authority) -> Result<Metadata, Unacceptable> {
    let issuer = members
        .take_text("issuer")?
        .ok_or_else(|| members.missing("issuer"))?;
    if !is_plausible_issuer(&issuer, authority) {
        return Err(members.invalid("an `issuer` that is not this authority"));
    }
    let mut endpoint = |name: &'static str| -> Result<Option<Url>, Unacceptable> {
        let Some(text) = members.take_text(name)? else {
            return Ok(None);
        };
        match trusted_endpoint(&text, authority) {
            Some(url) => Ok(Some(url)),
            None => Err(members.invalid(format_args!(
                "a `{name}` that is not on a host of this authority"
            ))),
        }
    };
    let authorization_endpoint = endpoint("authorization_endpoint")?;
    let token_endpoint = endpoint("token_endpoint")?;
    let device_authorization_endpoint = endpoint("device_authorization_endpoint")?;
    endpoint("jwks_uri")?;
    // One that says nothing has query and fragment only.
    let has_form_post = members.has_in_list("response_modes_supported", "form_post");
    Ok(Metadata {
        authorization_endpoint: authorization_endpoint
            .ok_or_else(|| members.missing("authorization_endpoint"))?,
        token_endpoint: token_endpoint.ok_or_else(|| members.missing("token_endpoint"))?,
        device_authorization_endpoint,
        has_form_post,
        issuer,
    })
}

/// The rules of Microsoft's libraries: the authority itself, a sign-in host of Microsoft's or a region of one, or External ID.
fn is_plausible_issuer(issuer: &str, authority: &Authority) -> bool {
    let is_clean = issuer.bytes().all(|byte| byte.is_ascii_graphic()) && !issuer.contains('\\');
    let Some(url) = Url::parse(issuer)
        .ok()
        .filter(|url| is_clean && is_bare(url))
    else {
        return false;
    };
    if url.origin().ascii_serialization() == authority.origin() {
        return true;
    }
    let host = url.host_str().unwrap_or_default();
    let is_microsoft = url.scheme() == "https"
        && url.port().is_none()
        && (Cloud::of_login_host(host).is_some() || is_region(host));
    is_microsoft || is_customer_issuer(&url, authority)
}

fn is_region(host: &str) -> bool {
    host.split_once('.').is_some_and(|(region, host)| {
        (1..=32).contains(&region.len())
            && region
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            && Cloud::of_login_host(host).is_some()
    })
}

/// External ID and B2C issue by their own names, whatever domain of the customer's they are reached at.
fn is_customer_issuer(issuer: &Url, authority: &Authority) -> bool {
    let is_plain = issuer.scheme() == "https" && issuer.port().is_none();
    let is_b2c = issuer
        .host_str()
        .is_some_and(|host| host.ends_with(".b2clogin.com"));
    is_plain && authority.cloud().is_none() && (is_b2c || is_external_id_issuer(issuer))
}

/// `https://{tenant}.ciamlogin.com`, with the same tenant and `v2.0` in the path or without.
fn is_external_id_issuer(issuer: &Url) -> bool {
    let Some(name) = issuer
        .host_str()
        .and_then(|host| host.strip_suffix(".ciamlogin.com"))
    else {
        return false;
    };
    let path = issuer.path().trim_matches('/');
    let path = path.strip_suffix("/v2.0").unwrap_or(path);
    let tenant = if path.is_empty() { name } else { path };
    tenant.eq_ignore_ascii_case(name)
}

/// The URL, if it is as safe a place as the authority itself.
fn trusted_endpoint(text: &str, authority: &Authority) -> Option<Url> {
    let is_clean = text.bytes().all(|byte| byte.is_ascii_graphic()) && !text.contains('\\');
    let url = Url::parse(text)
        .ok()
        .filter(|url| is_clean && is_bare(url))?;
    let host = url.host_str()?;
    let is_same_cloud = url.scheme() == "https"
        && url.port().is_none()
        && authority
            .cloud()
            .is_some_and(|cloud| cloud.login_hosts().contains(&host));
    let is_same_origin = url.origin().ascii_serialization() == authority.origin();
    (is_same_origin || is_same_cloud).then_some(url)
}

fn is_bare(url: &Url) -> bool {
    url.username().is_empty() && url.password().is_none() && url.fragment().is_none()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const GUID: &str = "11111111-2222-3333-4444-555555555555";
    const NOW: Timestamp = Timestamp::from_unix_seconds(1_700_000_000);

    fn read(instance: &str, tenant: &str, body: &Value) -> Result<Metadata, Error> {
        let response = Response::new(body.to_string().into_bytes());
        let authority = Authority::parse(instance, tenant).unwrap();
        MetadataRequest::new(&authority, CorrelationId::from_random([0; 16])).read(&response, NOW)
    }

    fn body(origin: &str, issuer: &str) -> Value {
        json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{origin}/t/oauth2/v2.0/authorize"),
            "token_endpoint": format!("{origin}/t/oauth2/v2.0/token"),
            "device_authorization_endpoint": format!("{origin}/t/oauth2/v2.0/devicecode"),
            "jwks_uri": format!("{origin}/t/discovery/v2.0/keys"),
            "tenant_region_scope": null,
        })
    }

    #[test]
    fn an_issuer_is_the_authority_or_microsoft() {
        let global = "https://login.microsoftonline.com";
        let own = "https://login.example.test:8443";
        let external = "https://contoso.ciamlogin.com";
        let external_issuer = format!("https://{GUID}.ciamlogin.com/{GUID}/v2.0");
        let other_path = format!("https://{GUID}.ciamlogin.com/other/v2.0");
        let rows = [
            (
                "own",
                global,
                "https://login.microsoftonline.com/t/v2.0",
                true,
            ),
            (
                "placeholder",
                global,
                "https://login.microsoftonline.com/{tenantid}/v2.0",
                true,
            ),
            (
                "other host of the cloud",
                "https://login.chinacloudapi.cn",
                "https://login.partner.microsoftonline.cn/t/v2.0",
                true,
            ),
            (
                "region",
                global,
                "https://westus2.login.microsoftonline.com/t/v2.0",
                true,
            ),
            ("custom", own, "https://login.example.test:8443/t", true),
            (
                "custom domain of Entra",
                own,
                "https://login.microsoftonline.com/t/v2.0",
                true,
            ),
            ("External ID", external, &external_issuer, true),
            (
                "External ID, slash",
                external,
                "https://contoso.ciamlogin.com/contoso/v2.0/",
                true,
            ),
            ("External ID, other tenant", external, &other_path, false),
            ("External ID of a custom host", own, &external_issuer, true),
            (
                "External ID of a custom host, other tenant",
                own,
                &other_path,
                false,
            ),
            (
                "B2C of a custom host",
                own,
                "https://contoso.b2clogin.com/t/v2.0/",
                true,
            ),
            (
                "B2C of a cloud",
                global,
                "https://contoso.b2clogin.com/t/v2.0/",
                false,
            ),
            (
                "look-alike of B2C",
                own,
                "https://b2clogin.com.evil.test/t/v2.0/",
                false,
            ),
            ("another port", own, "https://login.example.test/t", false),
            (
                "without encryption",
                global,
                "http://login.microsoftonline.com/t/v2.0",
                false,
            ),
            (
                "look-alike",
                global,
                "https://login.microsoftonline.com.evil.test/t",
                false,
            ),
            (
                "user name",
                global,
                "https://login.microsoftonline.com@evil.test/t",
                false,
            ),
            (
                "region of nothing",
                global,
                "https://evil.test/login.microsoftonline.com",
                false,
            ),
            (
                "two labels",
                global,
                "https://a.b.login.microsoftonline.com/t",
                false,
            ),
            (
                "backslash",
                global,
                "https://evil.test\\@login.microsoftonline.com/",
                false,
            ),
            ("no URL", global, "login.microsoftonline.com", false),
            ("empty", global, "", false),
        ];
        for (name, instance, issuer, expected) in rows {
            assert_eq!(
                read(instance, "t", &body(instance, issuer)).is_ok(),
                expected,
                "{name}"
            );
        }
    }

    #[test]
    fn an_endpoint_elsewhere_is_refused() {
        let rows = [
            (
                "same host",
                "https://login.microsoftonline.com/x/token",
                true,
            ),
            (
                "other host of the cloud",
                "https://login.windows.net/x/token",
                true,
            ),
            (
                "other cloud",
                "https://login.microsoftonline.us/x/token",
                false,
            ),
            ("evil", "https://evil.test/token", false),
            (
                "look-alike",
                "https://login.microsoftonline.com.evil.test/token",
                false,
            ),
            (
                "user name",
                "https://login.microsoftonline.com@evil.test/token",
                false,
            ),
            (
                "own user name",
                "https://a@login.microsoftonline.com/token",
                false,
            ),
            (
                "port",
                "https://login.microsoftonline.com:8443/token",
                false,
            ),
            (
                "without encryption",
                "http://login.microsoftonline.com/token",
                false,
            ),
            ("script", "javascript:alert(1)", false),
            (
                "fragment",
                "https://login.microsoftonline.com/token#x",
                false,
            ),
            (
                "line break",
                "https://login.microsoftonline.com/\r\ntoken",
                false,
            ),
        ];
        let instance = "https://login.microsoftonline.com";
        let issuer = "https://login.microsoftonline.com/t/v2.0";
        for (name, endpoint, expected) in rows {
            for member in [
                "token_endpoint",
                "authorization_endpoint",
                "device_authorization_endpoint",
                "jwks_uri",
            ] {
                let mut body = body(instance, issuer);
                body[member] = json!(endpoint);
                let outcome = read(instance, "t", &body);
                assert_eq!(outcome.is_ok(), expected, "{name}, {member}");
                if let Err(error) = outcome {
                    assert!(error.to_string().contains(member), "{name}: {error}");
                    assert!(!error.to_string().contains("evil"), "{name}: {error}");
                }
            }
        }
    }

    #[test]
    fn an_authority_takes_over_its_endpoints() {
        let origin = "http://127.0.0.1:8400";
        let authority = Authority::parse(origin, "t").unwrap();
        assert_eq!(
            authority.metadata_url().as_str(),
            "http://127.0.0.1:8400/t/v2.0/.well-known/openid-configuration"
        );
        let mut document = body(origin, "http://127.0.0.1:8400/{tenantid}/v2.0");
        document["token_endpoint"] = json!("http://127.0.0.1:8400/token");
        document
            .as_object_mut()
            .unwrap()
            .remove("device_authorization_endpoint");
        let metadata = read(origin, "t", &document).unwrap();
        assert_eq!(
            metadata.issuer(GUID),
            format!("http://127.0.0.1:8400/{GUID}/v2.0")
        );
        let authority = authority.with_metadata(metadata);
        assert_eq!(
            authority.token_endpoint().as_str(),
            "http://127.0.0.1:8400/token"
        );
        assert_eq!(
            authority.authorization_endpoint().as_str(),
            "http://127.0.0.1:8400/t/oauth2/v2.0/authorize"
        );
        assert_eq!(authority.device_authorization_endpoint(), None);
    }

    #[test]
    fn what_is_needed_must_be_there() {
        let instance = "https://login.microsoftonline.com";
        for member in ["issuer", "token_endpoint", "authorization_endpoint"] {
            let mut body = body(instance, "https://login.microsoftonline.com/t/v2.0");
            body.as_object_mut().unwrap().remove(member);
            let error = read(instance, "t", &body).unwrap_err();
            assert_eq!(error.to_string(), format!("the metadata has no `{member}`"));
        }
    }

    #[test]
    fn the_request_is_a_plain_get() {
        let authority = Authority::parse("https://contoso.ciamlogin.com", "").unwrap();
        let request = MetadataRequest::new(&authority, CorrelationId::from_random([7; 16]))
            .to_http()
            .unwrap();
        assert_eq!(request.method(), "GET");
        assert_eq!(
            request.uri(),
            "https://contoso.ciamlogin.com/contoso.onmicrosoft.com/v2.0/.well-known/openid-configuration"
        );
        assert!(request.body().is_empty());
        assert!(!request.headers().contains_key("content-type"));
    }
}
