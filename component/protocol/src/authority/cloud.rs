//! Microsoft's clouds and their hosts.
//!
//! [National clouds](https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud). A table instead of
//! instance discovery: these hosts change once a decade, and a request saved is a request that cannot be redirected.

use std::borrow::Cow;

use crate::value::impossible::Impossible;
use crate::value::printable::quoted;

/// A cloud whose hosts are known without asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cloud {
    /// The public cloud.
    Global,
    /// Azure Government of the United States.
    UsGovernment,
    /// Azure in China, operated by 21Vianet.
    China,
    /// Bleu, for France.
    Bleu,
    /// Delos, for Germany.
    Delos,
    /// The government cloud of Singapore.
    GovSg,
}

impl Cloud {
    /// Every known cloud.
    pub const ALL: [Self; 6] = [
        Self::Global,
        Self::UsGovernment,
        Self::China,
        Self::Bleu,
        Self::Delos,
        Self::GovSg,
    ];

    /// The cloud that a sign-in host belongs to. The host must be as a URL parser gives it: lower case, nothing around it.
    pub fn of_login_host(host: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|cloud| cloud.login_hosts().contains(&host))
    }

    /// The host that stands for all sign-in hosts of this cloud.
    pub const fn login_host(self) -> &'static str {
        match self {
            Self::Global => "login.microsoftonline.com",
            Self::UsGovernment => "login.microsoftonline.us",
            Self::China => "login.partner.microsoftonline.cn",
            Self::Bleu => "login.sovcloud-identity.fr",
            Self::Delos => "login.sovcloud-identity.de",
            Self::GovSg => "login.sovcloud-identity.sg",
        }
    }

    /// All sign-in hosts of this cloud; a token from one is a token from any.
    pub const fn login_hosts(self) -> &'static [&'static str] {
        match self {
            Self::Global => &[
                "login.microsoftonline.com",
                "login.windows.net",
                "login.microsoft.com",
                "sts.windows.net",
            ],
            Self::UsGovernment => &["login.microsoftonline.us", "login.usgovcloudapi.net"],
            Self::China => &["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"],
            Self::Bleu => &["login.sovcloud-identity.fr"],
            Self::Delos => &["login.sovcloud-identity.de"],
            Self::GovSg => &["login.sovcloud-identity.sg"],
        }
    }

    /// The host in the issuer of v1 access tokens, if it is known.
    pub const fn v1_issuer_host(self) -> Option<&'static str> {
        match self {
            Self::Global | Self::UsGovernment => Some("sts.windows.net"),
            Self::China => Some("sts.chinacloudapi.cn"),
            Self::Bleu | Self::Delos | Self::GovSg => None,
        }
    }

    /// The host of Microsoft Graph in this cloud.
    pub const fn graph_host(self) -> &'static str {
        match self {
            Self::Global => "graph.microsoft.com",
            Self::UsGovernment => "graph.microsoft.us",
            Self::China => "microsoftgraph.chinacloudapi.cn",
            Self::Bleu => "graph.svc.sovcloud.fr",
            Self::Delos => "graph.svc.sovcloud.de",
            Self::GovSg => "graph.svc.sovcloud.sg",
        }
    }

    /// The `aud` that an external token needs to stand for an application in this cloud, if it is known
    /// ([workload identity federation](https://learn.microsoft.com/entra/workload-id/workload-identity-federation)).
    pub const fn federation_audience(self) -> Option<&'static str> {
        match self {
            Self::Global => Some("api://AzureADTokenExchange"),
            Self::UsGovernment => Some("api://AzureADTokenExchangeUSGov"),
            Self::China => Some("api://AzureADTokenExchangeChina"),
            Self::Bleu => Some("api://AzureADTokenExchangeFrance"),
            Self::Delos => Some("api://AzureADTokenExchangeGermany"),
            Self::GovSg => None,
        }
    }

    /// The URL of an authority that may be given by its cloud's name, which has neither scheme nor dots, or by its bare host.
    pub fn expand(authority: &str) -> Result<Cow<'_, str>, Impossible> {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if is_bare_host(authority) {
            return Ok(Cow::Owned(format!("https://{authority}")));
        }
        if authority.is_empty() || !authority.bytes().all(is_name) {
            return Ok(Cow::Borrowed(authority));
        }
        Self::parse(authority).map(|cloud| Cow::Owned(cloud.instance()))
    }

    /// The cloud of a name, in any case and with hyphens or without: ours, and those of Azure's command line and PowerShell.
    pub fn parse(name: &str) -> Result<Self, Impossible> {
        let folded = |name: &str| name.to_ascii_lowercase().replace(['-', '_'], "");
        let is_meant = |cloud: &Self| {
            let mut names = cloud.names().iter();
            names.any(|other| folded(other) == folded(name))
        };
        Self::ALL.into_iter().find(is_meant).ok_or_else(|| {
            let names: Vec<String> = Self::ALL.iter().map(|cloud| quoted(cloud.name())).collect();
            Impossible::new(format!("cloud {} is unknown", quoted(name))).with_hint(format!(
                "use one of {}, or name the authority",
                names.join(", ")
            ))
        })
    }

    /// The name by which this cloud is shown.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::UsGovernment => "us-government",
            Self::China => "china",
            Self::Bleu => "bleu",
            Self::Delos => "delos",
            Self::GovSg => "govsg",
        }
    }

    /// Where to sign in: `https` and [`Cloud::login_host`].
    pub fn instance(self) -> String {
        format!("https://{}", self.login_host())
    }

    const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Global => &["global", "public", "AzureCloud", "AzurePublic"],
            Self::UsGovernment => &[
                "us-government",
                "usgov",
                "us",
                "government",
                "AzureUSGovernment",
            ],
            Self::China => &["china", "AzureChinaCloud", "AzureChina"],
            Self::Bleu => &["bleu", "france", "BleuCloud", "AzureBleuCloud"],
            Self::Delos => &["delos", "germany", "DelosCloud", "AzureGermanyCloud"],
            Self::GovSg => &["govsg", "singapore", "GovSGCloud"],
        }
    }
}

/// Whether a text is a host without a scheme, such as the SDKs' own constants are: with a dot, a port, or this machine's name.
/// What two readers of URLs could understand differently is none.
fn is_bare_host(text: &str) -> bool {
    let host_and_port = text.split('/').next().unwrap_or_default();
    let (host, port) = match host_and_port.rsplit_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (host_and_port, None),
    };
    let is_name = |host: &str| {
        let mut bytes = host.bytes();
        host.contains('.')
            && !host.starts_with('.')
            && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
    };
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    (is_name(host) || host.eq_ignore_ascii_case("localhost")) && port.is_none_or(is_port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_host_means_https() {
        for (text, expected) in [
            (
                "login.microsoftonline.us",
                "https://login.microsoftonline.us",
            ),
            (
                "login.microsoftonline.us/",
                "https://login.microsoftonline.us/",
            ),
            (
                "login.microsoftonline.com/contoso.com",
                "https://login.microsoftonline.com/contoso.com",
            ),
            ("contoso.ciamlogin.com", "https://contoso.ciamlogin.com"),
            ("localhost:8400", "https://localhost:8400"),
            ("127.0.0.1:8400", "https://127.0.0.1:8400"),
            (
                "https://login.microsoftonline.us",
                "https://login.microsoftonline.us",
            ),
            (
                "http:login.microsoftonline.us",
                "http:login.microsoftonline.us",
            ),
            (
                "https:/login.microsoftonline.us",
                "https:/login.microsoftonline.us",
            ),
            ("//login.microsoftonline.us", "//login.microsoftonline.us"),
            (
                "evil.test@login.microsoftonline.us",
                "evil.test@login.microsoftonline.us",
            ),
            (
                "evil.test\\login.microsoftonline.us",
                "evil.test\\login.microsoftonline.us",
            ),
            (".microsoftonline.us", ".microsoftonline.us"),
            ("javascript:alert.1", "javascript:alert.1"),
            ("é.example", "é.example"),
            ("", ""),
        ] {
            assert_eq!(Cloud::expand(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn a_host_belongs_to_a_cloud_only_if_it_is_exactly_one_of_its_hosts() {
        let rows = [
            ("login.microsoftonline.com", Some(Cloud::Global)),
            ("login.windows.net", Some(Cloud::Global)),
            ("login.microsoft.com", Some(Cloud::Global)),
            ("sts.windows.net", Some(Cloud::Global)),
            ("login.microsoftonline.us", Some(Cloud::UsGovernment)),
            ("login.usgovcloudapi.net", Some(Cloud::UsGovernment)),
            ("login.partner.microsoftonline.cn", Some(Cloud::China)),
            ("login.chinacloudapi.cn", Some(Cloud::China)),
            ("login.sovcloud-identity.fr", Some(Cloud::Bleu)),
            ("login.sovcloud-identity.de", Some(Cloud::Delos)),
            ("login.sovcloud-identity.sg", Some(Cloud::GovSg)),
            ("login.sovcloud-identity.it", None),
            ("login.microsoftonline.com.evil.test", None),
            ("evil-login.microsoftonline.com", None),
            ("x.login.microsoftonline.com", None),
            ("login.microsoftonline.com.", None),
            ("microsoftonline.com", None),
            ("loginxmicrosoftonline.com", None),
            ("", None),
        ];
        for (host, expected) in rows {
            assert_eq!(Cloud::of_login_host(host), expected, "{host}");
        }
    }

    #[test]
    fn every_host_belongs_to_one_cloud() {
        for cloud in Cloud::ALL {
            assert!(cloud.login_hosts().contains(&cloud.login_host()));
            for host in cloud.login_hosts() {
                assert_eq!(Cloud::of_login_host(host), Some(cloud), "{host}");
            }
        }
    }

    #[test]
    fn a_cloud_has_names_that_no_other_has() {
        for cloud in Cloud::ALL {
            assert_eq!(Cloud::parse(cloud.name()), Ok(cloud));
            for name in cloud.names() {
                assert_eq!(Cloud::parse(&name.to_uppercase()), Ok(cloud), "{name}");
            }
        }
        for name in ["", "-", "azure", "global ", "germany2", "\u{1b}[31m"] {
            let error = Cloud::parse(name).unwrap_err();
            assert!(error.hint().unwrap().contains("`us-government`"), "{name}");
        }
    }
}
