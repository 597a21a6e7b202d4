//! Who is asked for tokens: a sign-in host and a tenant.
//!
//! [Endpoints](https://learn.microsoft.com/entra/identity-platform/v2-protocols#endpoints). Secrets go where this module says, so
//! it takes nothing that two URL readers could understand differently. It does not ask whether the tenant exists.

pub mod cloud;
pub mod discovery;
pub(crate) mod issuer;
pub mod metadata;
pub mod token_version;

use std::net::Ipv6Addr;

use url::{Host, Url};

use crate::authority::cloud::Cloud;
use crate::authority::metadata::Metadata;
use crate::authority::token_version::TokenVersion;
use crate::value::guid::is_guid;
use crate::value::impossible::Impossible;
use crate::value::printable::{quoted, quoted_ascii};

/// The public cloud, for those who name no other.
pub const DEFAULT_INSTANCE: &str = "https://login.microsoftonline.com";

/// The longest name of a host or domain, [RFC 1035 section 2.3.4](https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4).
const LONGEST_DOMAIN: usize = 253;

/// Room for a host, a port and a tenant.
const LONGEST_INSTANCE: usize = 600;

const TENANT_HINT: &str =
    "use the tenant's GUID or one of its domains, for example `contoso.onmicrosoft.com`";

/// A sign-in host with a tenant, or a custom authority by its URL, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// Without a path.
    instance: Url,
    /// Empty for a custom authority.
    tenant: String,
    /// Of a custom authority, without a slash at its end: there its metadata is.
    path: Option<String>,
    metadata: Option<Box<Metadata>>,
}

impl Authority {
    /// Reads an instance such as `https://login.microsoftonline.com` (which may end in a tenant) or a cloud's name, and a tenant.
    ///
    /// Without a tenant, a host that is not Microsoft's is a custom authority, which has the layout that its metadata names
    /// ([`Authority::needs_metadata`]); with one it has Entra's layout. The tenant may be empty if the instance carries one, as hosts of External ID do (`https://contoso.ciamlogin.com`); if both name one, it must be the same. Plain http is for loopback
    /// addresses only. A tenant is a GUID, a domain, or a word such as `common`: whether there is such a one is the server's to say.
    pub fn parse(instance: &str, tenant: &str) -> Result<Self, Impossible> {
        let instance = Cloud::expand(instance)?;
        if let Some(custom) = tenant.is_empty().then(|| parse_custom(&instance)).flatten() {
            return custom;
        }
        let (instance, path_tenant) = parse_instance(&instance)?;
        let own_tenant = external_id_tenant(&instance);
        let tenant = match (path_tenant.as_deref(), tenant) {
            (None, "") => own_tenant.as_deref().unwrap_or_default(),
            (Some(path_tenant), "") => path_tenant,
            (Some(path_tenant), tenant) if !path_tenant.eq_ignore_ascii_case(tenant) => {
                return Err(conflicting_tenants(path_tenant, tenant));
            }
            (_, tenant) => tenant,
        };
        check_tenant(tenant)?;
        Ok(Self {
            instance,
            tenant: tenant.to_owned(),
            path: None,
            metadata: None,
        })
    }

    /// The platform in the place of an authority: it knows tenant and cloud, and has none of the endpoints.
    pub(crate) fn of_platform(endpoint: &Url) -> Self {
        let mut instance = endpoint.clone();
        instance.set_path("");
        instance.set_query(None);
        Self {
            instance,
            tenant: String::new(),
            path: None,
            metadata: None,
        }
    }

    /// The URL that gives tokens.
    pub fn token_endpoint(&self) -> Url {
        match &self.metadata {
            Some(metadata) => metadata.token_endpoint.clone(),
            None => self.endpoint("oauth2/v2.0/token"),
        }
    }

    /// The URL at which a person signs in.
    pub fn authorization_endpoint(&self) -> Url {
        match &self.metadata {
            Some(metadata) => metadata.authorization_endpoint.clone(),
            None => self.endpoint("oauth2/v2.0/authorize"),
        }
    }

    /// Whether it can have the browser post its answer, so that no code is in an address
    /// ([OAuth 2.0 Form Post Response Mode](https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html)). Entra can.
    pub fn has_form_post(&self) -> bool {
        self.metadata()
            .is_none_or(|metadata| metadata.has_form_post)
    }

    /// The URL that gives device codes; a server that has metadata without one has none.
    pub fn device_authorization_endpoint(&self) -> Option<Url> {
        match &self.metadata {
            Some(metadata) => metadata.device_authorization_endpoint.clone(),
            None => Some(self.endpoint("oauth2/v2.0/devicecode")),
        }
    }

    /// The URL of the metadata, which a [`MetadataRequest`](discovery::MetadataRequest) asks for. Known clouds need none.
    pub fn metadata_url(&self) -> Url {
        match &self.path {
            Some(path) => {
                let mut url = self.instance.clone();
                url.set_path(&format!("{path}/.well-known/openid-configuration"));
                url
            }
            None => self.endpoint("v2.0/.well-known/openid-configuration"),
        }
    }

    /// The URL of the keys that sign a tenant's access tokens; a custom authority has no such tenant
    /// ([access tokens](https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-the-signature)).
    pub(crate) fn keys_url(&self, version: TokenVersion, tenant_id: &str) -> Option<Url> {
        if self.path.is_some() {
            return None;
        }
        let mut url = self.instance.clone();
        url.set_path(&match version {
            TokenVersion::V1 => format!("/{tenant_id}/discovery/keys"),
            TokenVersion::V2 => format!("/{tenant_id}/discovery/v2.0/keys"),
        });
        Some(url)
    }

    /// Whether the metadata has to be read before anything else is asked.
    pub fn needs_metadata(&self) -> bool {
        self.path.is_some() && self.metadata.is_none()
    }

    /// Whether metadata could tell more of its issuer: a customer's own domain may stand for a tenant that issues by
    /// another name.
    pub fn has_unknown_issuer(&self) -> bool {
        self.metadata.is_none() && self.cloud().is_none() && !self.is_external_id()
    }

    /// The same authority with the endpoints and the issuer that its metadata names.
    #[must_use]
    pub fn with_metadata(self, metadata: Metadata) -> Self {
        Self {
            metadata: Some(Box::new(metadata)),
            ..self
        }
    }

    /// What the authority's metadata said, if it was read.
    fn metadata(&self) -> Option<&Metadata> {
        self.metadata.as_deref()
    }

    /// Whether this is a tenant of External ID, at `{name}.ciamlogin.com`.
    pub fn is_external_id(&self) -> bool {
        self.instance.scheme() == "https"
            && self.instance.port().is_none()
            && external_id_name(self.host()).is_some()
    }

    /// Whether this is AD FS, which has metadata as any custom authority.
    pub(crate) fn is_ad_fs(&self) -> bool {
        self.path.as_deref().is_some_and(is_ad_fs_path)
    }

    /// Scheme, host and port, for example `https://login.microsoftonline.com`; no slash at the end.
    pub fn origin(&self) -> String {
        self.instance.origin().ascii_serialization()
    }

    /// The host without its port; an IPv6 address stands in brackets.
    pub fn host(&self) -> &str {
        self.instance.host_str().unwrap_or_default()
    }

    /// The tenant as it was named; empty for a custom authority.
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// Whether `common`, `organizations` or `consumers` stands in the tenant's place, so that the user decides the tenant.
    pub fn is_multi_tenant(&self) -> bool {
        ["common", "organizations", "consumers"]
            .iter()
            .any(|word| self.tenant.eq_ignore_ascii_case(word))
    }

    /// Whether the tenant is named by its GUID, which is the name that tokens have for it.
    pub fn is_one_tenant_by_id(&self) -> bool {
        is_guid(&self.tenant)
    }

    /// The known cloud that this authority belongs to.
    pub fn cloud(&self) -> Option<Cloud> {
        if self.instance.port().is_some() {
            return None;
        }
        Cloud::of_login_host(self.host())
    }

    /// The same for all authorities that issue the same tokens: the origin, with a cloud's hosts taken together.
    pub(crate) fn canonical_origin(&self) -> String {
        match self.cloud() {
            Some(cloud) => format!("https://{}", cloud.login_host()),
            None => self.origin() + self.path.as_deref().unwrap_or_default(),
        }
    }

    fn endpoint(&self, path: &str) -> Url {
        let mut endpoint = self.instance.clone();
        let base = match &self.path {
            Some(path) => path.clone(),
            None => format!("/{}", self.tenant),
        };
        endpoint.set_path(&format!("{base}/{path}"));
        endpoint
    }
}

/// The authority, if it is a custom one: a host that is not Microsoft's, with a path of any length but one.
fn parse_custom(text: &str) -> Option<Result<Authority, Impossible>> {
    let (instance, path) = split_instance(text).ok()?;
    let host = instance.host_str()?;
    let is_microsoft = Cloud::of_login_host(host).is_some() || host.ends_with(".ciamlogin.com");
    let path = path.strip_suffix('/').unwrap_or(&path);
    let segments: Vec<&str> = match path {
        "" => Vec::new(),
        path => path.split('/').collect(),
    };
    let is_tenant = matches!(segments[..], [_] | [_, "v2.0"]) && !is_ad_fs_path(path);
    if is_microsoft || is_tenant {
        return None;
    }
    if !segments.iter().all(|segment| is_segment(segment)) {
        return Some(Err(Impossible::new(format!(
            "authority {} has a path that two readers could understand differently",
            quoted(text)
        ))
        .with_hint("leave out empty segments, `.` and `..`")));
    }
    Some(Ok(Authority {
        instance,
        tenant: String::new(),
        path: Some(
            segments
                .iter()
                .map(|segment| format!("/{segment}"))
                .collect(),
        ),
        metadata: None,
    }))
}

/// Where AD FS is, on any host ([endpoints](https://learn.microsoft.com/windows-server/identity/ad-fs/overview/ad-fs-openid-connect-oauth-concepts)).
fn is_ad_fs_path(path: &str) -> bool {
    path.trim_matches('/').eq_ignore_ascii_case("adfs")
}

/// Unreserved characters (RFC 3986 section 2.3), and not the names of folders.
fn is_segment(segment: &str) -> bool {
    !matches!(segment, "" | "." | "..")
        && segment
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

/// The instance without a path, and the tenant that stood in its path.
fn parse_instance(text: &str) -> Result<(Url, Option<String>), Impossible> {
    let (url, path) = split_instance(text)?;
    let tenant = path_tenant(text, &path)?;
    Ok((url, tenant))
}

/// The instance without a path, and its path without the first slash.
fn split_instance(text: &str) -> Result<(Url, String), Impossible> {
    check_characters(text)?;
    let path = text
        .split_once("://")
        .filter(|(scheme, rest)| is_http(scheme) && !rest.starts_with('/'))
        .map(|(_, rest)| rest.split_once('/').map_or("", |(_, path)| path))
        .ok_or_else(|| {
            Impossible::new(format!("authority {} is not an https URL", quoted(text)))
                .with_hint(format!("write it like `{DEFAULT_INSTANCE}`"))
        })?;
    let mut url = Url::parse(text)
        .map_err(|_| Impossible::new(format!("authority {} is not a URL", quoted(text))))?;
    check_host(&url, text)?;
    url.set_path("");
    Ok((url, path.to_owned()))
}

/// Refuses what URL parsers drop, decode or take for a separator, before one gets to see it.
fn check_characters(text: &str) -> Result<(), Impossible> {
    if text.is_empty() {
        return Err(
            Impossible::new("no authority given").with_hint(format!("use `{DEFAULT_INSTANCE}`"))
        );
    }
    if text.len() > LONGEST_INSTANCE {
        return Err(Impossible::new(format!(
            "authority is longer than {LONGEST_INSTANCE} bytes"
        )));
    }
    let refused = |character: char| !character.is_ascii_graphic() || "\\%@?#".contains(character);
    match text.chars().find(|character| refused(*character)) {
        None => Ok(()),
        Some(character) if character.is_ascii_graphic() => Err(Impossible::new(format!(
            "authority {} contains `{character}`",
            quoted(text)
        ))
        .with_hint("give scheme, host and tenant only, without user names, queries or fragments")),
        Some(' ') => Err(Impossible::new(format!(
            "authority {} contains a blank",
            quoted(text)
        ))),
        Some(character) if character.is_alphanumeric() => Err(Impossible::new(format!(
            "authority {} contains characters outside ASCII",
            quoted(text)
        ))
        .with_hint("write an international host name in its `xn--` form")),
        Some(_) => Err(Impossible::new(format!(
            "authority {} contains an invisible or special character",
            quoted(text)
        ))),
    }
}

fn is_http(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http")
}

fn path_tenant(text: &str, path: &str) -> Result<Option<String>, Impossible> {
    let path = path.strip_suffix('/').unwrap_or(path);
    // The form in which the portal and OpenID libraries show an authority.
    let path = path.strip_suffix("/v2.0").unwrap_or(path);
    if path.is_empty() {
        return Ok(None);
    }
    if path.contains('/') {
        return Err(Impossible::new(format!(
            "authority {} has more in its path than a tenant",
            quoted(text)
        ))
        .with_hint(format!(
            "write it like `{DEFAULT_INSTANCE}/contoso.com`, without an endpoint"
        )));
    }
    check_tenant(path)?;
    Ok(Some(path.to_owned()))
}

fn check_host(url: &Url, text: &str) -> Result<(), Impossible> {
    let is_loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address == Ipv6Addr::LOCALHOST,
        Some(Host::Domain(domain)) if is_domain(domain) => domain == "localhost",
        _ => {
            return Err(Impossible::new(format!(
                "authority {} has no valid host name",
                quoted(text)
            )));
        }
    };
    if url.scheme() == "http" && !is_loopback {
        return Err(Impossible::new(format!(
            "authority {} would be reached without encryption",
            quoted(text)
        ))
        .with_hint(
            "use https; plain http is for loopback addresses such as `http://127.0.0.1:8400`",
        ));
    }
    Ok(())
}

fn check_tenant(tenant: &str) -> Result<(), Impossible> {
    if tenant.is_empty() {
        return Err(Impossible::new("no tenant given").with_hint(TENANT_HINT));
    }
    if !is_domain(tenant) {
        return Err(Impossible::new(format!(
            "tenant {} is neither a GUID nor a domain",
            quoted_ascii(tenant)
        ))
        .with_hint(TENANT_HINT));
    }
    Ok(())
}

/// The name of an External ID tenant, from the host that it signs in at.
fn external_id_name(host: &str) -> Option<&str> {
    host.strip_suffix(".ciamlogin.com")
        .filter(|name| is_label(name))
}

/// A host of External ID belongs to one tenant, so that it need not be named again.
fn external_id_tenant(instance: &Url) -> Option<String> {
    let name = external_id_name(instance.host_str()?)?;
    Some(format!("{name}.onmicrosoft.com"))
}

/// Labels of letters, digits and inner hyphens; a GUID is one such label. Leaves no room for `..`, separators or parameters.
fn is_domain(text: &str) -> bool {
    text.len() <= LONGEST_DOMAIN && text.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

fn conflicting_tenants(path_tenant: &str, tenant: &str) -> Impossible {
    Impossible::new(format!(
        "the authority names tenant {}, but tenant {} is asked for",
        quoted(path_tenant),
        quoted(tenant)
    ))
    .with_hint("name the tenant once")
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUID: &str = "11111111-2222-3333-4444-555555555555";

    #[test]
    fn instance_and_tenant_make_a_token_endpoint() {
        let rows = [
            (
                "default",
                DEFAULT_INSTANCE,
                GUID,
                "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/oauth2/v2.0/token",
            ),
            (
                "slash at the end",
                "https://login.microsoftonline.com/",
                "contoso.com",
                "https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token",
            ),
            (
                "tenant in the path",
                "https://login.microsoftonline.com/contoso.com",
                "",
                "https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token",
            ),
            (
                "tenant in the path as libraries show it",
                "https://login.microsoftonline.com/contoso.com/v2.0/",
                "",
                "https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token",
            ),
            (
                "same tenant twice",
                "https://login.microsoftonline.com/CONTOSO.com/",
                "contoso.com",
                "https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token",
            ),
            (
                "upper-case host",
                "HTTPS://LOGIN.microsoftonline.US",
                "common",
                "https://login.microsoftonline.us/common/oauth2/v2.0/token",
            ),
            (
                "usual port",
                "https://login.microsoftonline.com:443",
                "organizations",
                "https://login.microsoftonline.com/organizations/oauth2/v2.0/token",
            ),
            (
                "External ID, whose host names the tenant",
                "https://contoso.ciamlogin.com/",
                "",
                "https://contoso.ciamlogin.com/contoso.onmicrosoft.com/oauth2/v2.0/token",
            ),
            (
                "External ID with a tenant of another name",
                "https://contoso.ciamlogin.com",
                GUID,
                "https://contoso.ciamlogin.com/11111111-2222-3333-4444-555555555555/oauth2/v2.0/token",
            ),
            (
                "sovereign cloud",
                "https://login.sovcloud-identity.fr",
                "contoso.fr",
                "https://login.sovcloud-identity.fr/contoso.fr/oauth2/v2.0/token",
            ),
            (
                "emulator",
                "http://127.0.0.1:8400",
                "your-tenant-id",
                "http://127.0.0.1:8400/your-tenant-id/oauth2/v2.0/token",
            ),
            (
                "emulator with its tenant",
                "http://127.0.0.1:8400/contoso.onmicrosoft.com",
                "",
                "http://127.0.0.1:8400/contoso.onmicrosoft.com/oauth2/v2.0/token",
            ),
            (
                "other loopback address",
                "http://127.8.9.10",
                "t",
                "http://127.8.9.10/t/oauth2/v2.0/token",
            ),
            (
                "loopback of version 6",
                "http://[::1]:8400",
                "t",
                "http://[::1]:8400/t/oauth2/v2.0/token",
            ),
            (
                "localhost",
                "http://localhost:8400",
                "t",
                "http://localhost:8400/t/oauth2/v2.0/token",
            ),
            (
                "own host",
                "https://login.example.test:8443",
                "t",
                "https://login.example.test:8443/t/oauth2/v2.0/token",
            ),
            (
                "punycode host",
                "https://xn--bcher-kva.example",
                "t",
                "https://xn--bcher-kva.example/t/oauth2/v2.0/token",
            ),
            (
                "punycode domain",
                DEFAULT_INSTANCE,
                "xn--bcher-kva.example",
                "https://login.microsoftonline.com/xn--bcher-kva.example/oauth2/v2.0/token",
            ),
        ];
        for (name, instance, tenant, expected) in rows {
            let authority = Authority::parse(instance, tenant)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(authority.token_endpoint().as_str(), expected, "{name}");
            assert!(
                expected.starts_with(&format!("{}/", authority.origin())),
                "{name}"
            );
        }
    }

    #[test]
    fn a_doubtful_instance_is_refused() {
        let long = format!("https://{}", "a".repeat(700));
        let long_label = format!("https://{}.test", "a".repeat(64));
        let rows = [
            ("empty", "", "no authority given"),
            (
                "a path alone",
                "/login.microsoftonline.com",
                "not an https URL",
            ),
            (
                "no slashes",
                "https:login.microsoftonline.com",
                "not an https URL",
            ),
            (
                "three slashes",
                "https:///login.microsoftonline.com",
                "not an https URL",
            ),
            (
                "other scheme",
                "ftp://login.microsoftonline.com",
                "not an https URL",
            ),
            ("file", "file:///etc/passwd", "not an https URL"),
            ("script", "javascript://x", "not an https URL"),
            ("no host", "https://", "not a URL"),
            (
                "plain http",
                "http://login.microsoftonline.com",
                "without encryption",
            ),
            (
                "plain http, private address",
                "http://10.0.0.1",
                "without encryption",
            ),
            (
                "plain http, all addresses",
                "http://0.0.0.0:8400",
                "without encryption",
            ),
            (
                "plain http, mapped loopback",
                "http://[::ffff:127.0.0.1]",
                "without encryption",
            ),
            (
                "plain http, name that begins like loopback",
                "http://127.0.0.1.evil.test",
                "without encryption",
            ),
            (
                "plain http, name under localhost",
                "http://x.localhost",
                "without encryption",
            ),
            (
                "plain http, name after localhost",
                "http://localhost.evil.test",
                "without encryption",
            ),
            (
                "user name",
                "https://login.microsoftonline.com@evil.test",
                "contains `@`",
            ),
            (
                "password",
                "https://a:b@login.microsoftonline.com",
                "contains `@`",
            ),
            (
                "query",
                "https://login.microsoftonline.com?x=y",
                "contains `?`",
            ),
            (
                "fragment",
                "https://login.microsoftonline.com#x",
                "contains `#`",
            ),
            (
                "backslash",
                "https://login.microsoftonline.com\\.evil.test",
                "contains `\\`",
            ),
            (
                "percent",
                "https://login.microsoftonline.com%2eevil.test",
                "contains `%`",
            ),
            (
                "tab, which parsers drop",
                "https://login.micro\tsoftonline.com",
                "invisible or special",
            ),
            (
                "line break, which parsers drop",
                "https://login.microsoftonline.com\r\n",
                "invisible or special",
            ),
            (
                "escape",
                "https://login\u{1b}[31m.test",
                "invisible or special",
            ),
            (
                "leading blank",
                " https://login.microsoftonline.com",
                "contains a blank",
            ),
            (
                "look-alike letter",
                "https://login.micros\u{43e}ftonline.com",
                "outside ASCII",
            ),
            (
                "full-width dot",
                "https://login\u{ff0e}test",
                "invisible or special",
            ),
            (
                "bidirectional override",
                "https://login\u{202e}.test",
                "invisible or special",
            ),
            (
                "dot at the end",
                "https://login.microsoftonline.com.",
                "no valid host name",
            ),
            ("two dots", "https://login..com", "no valid host name"),
            ("underscore", "https://log_in.test", "no valid host name"),
            (
                "star",
                "https://*.microsoftonline.com",
                "no valid host name",
            ),
            ("hyphen first", "https://-login.test", "no valid host name"),
            ("long label", &long_label, "no valid host name"),
            ("long", &long, "longer than"),
            (
                "bad port",
                "https://login.microsoftonline.com:99999",
                "not a URL",
            ),
            (
                "endpoint",
                "https://login.microsoftonline.com/t/oauth2/v2.0/token",
                "more in its path",
            ),
            (
                "two segments",
                "https://login.microsoftonline.com/a/b",
                "more in its path",
            ),
            (
                "two slashes",
                "https://login.microsoftonline.com//t",
                "more in its path",
            ),
            (
                "way out of the path",
                "https://login.microsoftonline.com/t/../x",
                "more in its path",
            ),
            (
                "parent as a tenant",
                "https://login.microsoftonline.com/..",
                "neither a GUID nor a domain",
            ),
            (
                "parameter in the path",
                "https://login.microsoftonline.com/t;x=y",
                "neither a GUID nor a domain",
            ),
        ];
        for (name, instance, expected) in rows {
            let error = Authority::parse(instance, "t")
                .map(|authority| authority.origin())
                .expect_err(name);
            assert!(error.message().contains(expected), "{name}: {error}");
            assert!(
                !error
                    .message()
                    .contains(['\r', '\n', '\t', '\u{1b}', '\u{202e}']),
                "{name}"
            );
        }
    }

    #[test]
    fn a_doubtful_tenant_is_refused() {
        let long = "a.".repeat(200) + "b";
        let rows = [
            ("empty", "", "no tenant given"),
            ("way up", "../x", "neither"),
            ("dots", "..", "neither"),
            ("dot", ".", "neither"),
            ("dot at the end", "contoso.com.", "neither"),
            ("segment", "contoso.com/x", "neither"),
            ("backslash", "contoso.com\\x", "neither"),
            ("parameters", "a&b=c", "neither"),
            ("query", "a?b", "neither"),
            ("fragment", "a#b", "neither"),
            ("host", "a@evil.test", "neither"),
            ("encoded slash", "a%2fb", "neither"),
            ("shell", ";rm -rf", "neither"),
            ("line break", "contoso.com\n", "neither"),
            ("blank", " contoso.com", "neither"),
            ("NUL", "a\0b", "neither"),
            ("accent", "b\u{fc}cher.example", "neither"),
            ("option", "-t", "neither"),
            ("long", &long, "neither"),
        ];
        for (name, tenant, expected) in rows {
            let error = Authority::parse(DEFAULT_INSTANCE, tenant).expect_err(name);
            assert!(error.message().contains(expected), "{name}: {error}");
            assert_eq!(error.hint(), Some(TENANT_HINT), "{name}");
        }
    }

    #[test]
    fn a_custom_authority_is_asked_for_its_metadata() {
        let rows = [
            (
                "https://idp.example",
                Some("https://idp.example/.well-known/openid-configuration"),
            ),
            (
                "https://idp.example/realms/main/",
                Some("https://idp.example/realms/main/.well-known/openid-configuration"),
            ),
            (
                "https://contoso.b2clogin.com/contoso.onmicrosoft.com/B2C_1_sign-in/v2.0",
                Some(
                    "https://contoso.b2clogin.com/contoso.onmicrosoft.com/B2C_1_sign-in/v2.0/.well-known/openid-configuration",
                ),
            ),
            (
                "http://127.0.0.1:8400",
                Some("http://127.0.0.1:8400/.well-known/openid-configuration"),
            ),
            // One segment is a tenant.
            ("https://login.contoso.com/contoso.com", None),
            ("https://login.contoso.com/contoso.com/v2.0", None),
            ("https://contoso.ciamlogin.com", None),
        ];
        for (instance, expected) in rows {
            let authority = Authority::parse(instance, "").unwrap();
            let url = authority.metadata_url();
            let url = authority.needs_metadata().then_some(url.as_str());
            assert_eq!(url, expected, "{instance}");
        }
        let with_tenant = Authority::parse("https://idp.example", "contoso.com").unwrap();
        assert!(!with_tenant.needs_metadata());
        let key = |path: &str| {
            let authority = Authority::parse(&format!("https://idp.example{path}"), "");
            authority.unwrap().canonical_origin()
        };
        assert_ne!(key("/realms/a"), key("/realms/A"));
        for instance in [
            "https://idp.example/a/../b",
            "https://idp.example/a//b",
            "https://idp.example/a/b;c",
            "https://login.microsoftonline.com",
            "https://login.microsoftonline.com/a/b",
            "https://a.b.ciamlogin.com",
        ] {
            assert!(Authority::parse(instance, "").is_err(), "{instance}");
        }
    }

    #[test]
    fn a_cloud_s_name_is_an_authority() {
        for (name, host) in [
            ("china", "login.partner.microsoftonline.cn"),
            ("usgovernment", "login.microsoftonline.us"),
            ("Public", "login.microsoftonline.com"),
        ] {
            assert_eq!(Authority::parse(name, "t").unwrap().host(), host, "{name}");
        }
        assert!(Authority::parse("mars", "t").is_err());
    }

    #[test]
    fn two_tenants_are_one_too_many() {
        let error = Authority::parse(
            "https://login.microsoftonline.com/contoso.com",
            "fabrikam.com",
        )
        .unwrap_err();
        assert_eq!(
            error.message(),
            "the authority names tenant `contoso.com`, but tenant `fabrikam.com` is asked for"
        );
    }

    #[test]
    fn hosts_of_one_cloud_have_one_canonical_origin() {
        let rows = [
            (
                "https://login.microsoftonline.com",
                Some(Cloud::Global),
                "https://login.microsoftonline.com",
            ),
            (
                "https://login.windows.net",
                Some(Cloud::Global),
                "https://login.microsoftonline.com",
            ),
            (
                "https://STS.windows.net",
                Some(Cloud::Global),
                "https://login.microsoftonline.com",
            ),
            (
                "https://login.usgovcloudapi.net",
                Some(Cloud::UsGovernment),
                "https://login.microsoftonline.us",
            ),
            (
                "https://login.chinacloudapi.cn",
                Some(Cloud::China),
                "https://login.partner.microsoftonline.cn",
            ),
            (
                "https://login.microsoftonline.com:8443",
                None,
                "https://login.microsoftonline.com:8443",
            ),
            (
                "https://login.microsoftonline.com.evil.test",
                None,
                "https://login.microsoftonline.com.evil.test",
            ),
            ("http://127.0.0.1:8400", None, "http://127.0.0.1:8400"),
            ("http://127.0.0.1:8401", None, "http://127.0.0.1:8401"),
        ];
        for (instance, cloud, canonical) in rows {
            let authority = Authority::parse(instance, "t").unwrap();
            assert_eq!(authority.cloud(), cloud, "{instance}");
            assert_eq!(authority.canonical_origin(), canonical, "{instance}");
        }
    }

    #[test]
    fn only_a_tenant_s_own_host_is_external_id() {
        let rows = [
            ("https://contoso.ciamlogin.com", true),
            ("https://CONTOSO.ciamlogin.com", true),
            ("https://contoso.ciamlogin.com:8443", false),
            ("https://a.contoso.ciamlogin.com", false),
            ("https://ciamlogin.com", false),
            ("https://contoso.ciamlogin.com.evil.test", false),
            ("https://contosociamlogin.com", false),
        ];
        for (instance, expected) in rows {
            let authority = Authority::parse(instance, "t").unwrap();
            assert_eq!(authority.is_external_id(), expected, "{instance}");
        }
        assert!(Authority::parse("https://a.b.ciamlogin.com", "").is_err());
    }

    #[test]
    fn each_flow_has_its_endpoint() {
        let authority = Authority::parse(DEFAULT_INSTANCE, "contoso.com").unwrap();
        let base = "https://login.microsoftonline.com/contoso.com";
        let device = authority.device_authorization_endpoint().unwrap();
        assert_eq!(device.as_str(), format!("{base}/oauth2/v2.0/devicecode"));
        assert_eq!(
            authority.authorization_endpoint().as_str(),
            format!("{base}/oauth2/v2.0/authorize")
        );
        assert_eq!(
            authority.metadata_url().as_str(),
            format!("{base}/v2.0/.well-known/openid-configuration")
        );
    }

    #[test]
    fn words_in_the_tenants_place_leave_the_tenant_open() {
        let rows = [
            ("common", true),
            ("Organizations", true),
            ("consumers", true),
            ("contoso.com", false),
            ("common.example", false),
            (GUID, false),
        ];
        for (tenant, expected) in rows {
            let authority = Authority::parse(DEFAULT_INSTANCE, tenant).unwrap();
            assert_eq!(authority.is_multi_tenant(), expected, "{tenant}");
        }
    }
}
