//! Microsoft's clouds and their hosts.
//!
//! [National clouds](https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud). A table instead of
//! instance discovery: these hosts change once a decade, and a request saved is a request that cannot be redirected.

/// A cloud whose hosts are known without asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cloud {
    /// The public cloud.
    Global,
    /// Azure Government of the United States.
    UsGovernment,
    /// Azure in China, operated by 21Vianet.
    China,
}

impl Cloud {
    /// Every known cloud.
    pub const ALL: [Self; 3] = [Self::Global, Self::UsGovernment, Self::China];

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
        }
    }

    /// The host of Microsoft Graph in this cloud.
    pub const fn graph_host(self) -> &'static str {
        match self {
            Self::Global => "graph.microsoft.com",
            Self::UsGovernment => "graph.microsoft.us",
            Self::China => "microsoftgraph.chinacloudapi.cn",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
