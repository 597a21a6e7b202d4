//! Microsoft's clouds: separate worlds with the same protocol.
//!
//! <https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud>

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// One of the clouds.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cloud {
    /// China, operated by 21Vianet.
    China,
    /// Bleu.
    France,
    /// Delos.
    Germany,
    /// Everybody else.
    #[default]
    Global,
    /// GovSG.
    Singapore,
    /// United States Government.
    UsGovernment,
}

/// What differs from cloud to cloud.
pub(crate) struct Names {
    pub(crate) cloud: Cloud,
    name: &'static str,
    /// The sign-in hosts; the first is the one to use.
    pub(crate) hosts: &'static [&'static str],
    /// The host under which clients keep tokens.
    pub(crate) cache_host: &'static str,
    pub(crate) instance: &'static str,
    pub(crate) graph_host: &'static str,
    pub(crate) old_graph_host: &'static str,
    /// The issuer of v1.0 tokens.
    pub(crate) v1_issuer: &'static str,
    /// The audience of workload tokens.
    pub(crate) exchange_audience: &'static str,
}

impl Cloud {
    /// The cloud that has this sign-in host.
    pub(crate) fn of_host(host: &str) -> Option<Self> {
        let names = NAMES.iter().find(|names| names.hosts.contains(&host));
        names.map(|names| names.cloud)
    }

    pub(crate) fn names(self) -> &'static Names {
        match self {
            Self::Global => &GLOBAL,
            Self::UsGovernment => &US_GOVERNMENT,
            Self::China => &CHINA,
            Self::France => &FRANCE,
            Self::Germany => &GERMANY,
            Self::Singapore => &SINGAPORE,
        }
    }
}

impl fmt::Display for Cloud {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.names().name)
    }
}

impl FromStr for Cloud {
    type Err = UnknownCloud;

    fn from_str(text: &str) -> Result<Self, UnknownCloud> {
        let names = NAMES.iter().find(|names| names.name == text);
        names.map(|names| names.cloud).ok_or(UnknownCloud)
    }
}

/// There is no such cloud.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct UnknownCloud;

impl fmt::Display for UnknownCloud {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = NAMES.iter().map(|names| names.name).collect();
        write!(formatter, "expected one of {}", names.join(", "))
    }
}

impl std::error::Error for UnknownCloud {}

/// All clouds, in the order of instance discovery.
pub(crate) const NAMES: [&Names; 6] = [
    &GLOBAL,
    &CHINA,
    &US_GOVERNMENT,
    &FRANCE,
    &GERMANY,
    &SINGAPORE,
];

const GLOBAL: Names = Names {
    cloud: Cloud::Global,
    name: "global",
    hosts: &[
        "login.microsoftonline.com",
        "login.windows.net",
        "login.microsoft.com",
        "sts.windows.net",
    ],
    cache_host: "login.windows.net",
    instance: "microsoftonline.com",
    graph_host: "graph.microsoft.com",
    old_graph_host: "graph.windows.net",
    v1_issuer: "https://sts.windows.net",
    exchange_audience: "api://AzureADTokenExchange",
};

const CHINA: Names = Names {
    cloud: Cloud::China,
    name: "china",
    hosts: &["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"],
    cache_host: "login.partner.microsoftonline.cn",
    instance: "partner.microsoftonline.cn",
    graph_host: "microsoftgraph.chinacloudapi.cn",
    old_graph_host: "graph.chinacloudapi.cn",
    v1_issuer: "https://sts.chinacloudapi.cn",
    exchange_audience: "api://AzureADTokenExchangeChina",
};

const US_GOVERNMENT: Names = Names {
    cloud: Cloud::UsGovernment,
    name: "us-government",
    hosts: &["login.microsoftonline.us", "login.usgovcloudapi.net"],
    cache_host: "login.microsoftonline.us",
    instance: "microsoftonline.us",
    graph_host: "graph.microsoft.us",
    exchange_audience: "api://AzureADTokenExchangeUSGov",
    ..GLOBAL
};

const FRANCE: Names = Names {
    cloud: Cloud::France,
    name: "france",
    hosts: &["login.sovcloud-identity.fr"],
    cache_host: "login.sovcloud-identity.fr",
    instance: "sovcloud-identity.fr",
    exchange_audience: "api://AzureADTokenExchangeFrance",
    ..GLOBAL
};

const GERMANY: Names = Names {
    cloud: Cloud::Germany,
    name: "germany",
    hosts: &["login.sovcloud-identity.de"],
    cache_host: "login.sovcloud-identity.de",
    instance: "sovcloud-identity.de",
    exchange_audience: "api://AzureADTokenExchangeGermany",
    ..GLOBAL
};

const SINGAPORE: Names = Names {
    cloud: Cloud::Singapore,
    name: "singapore",
    hosts: &["login.sovcloud-identity.sg"],
    cache_host: "login.sovcloud-identity.sg",
    instance: "sovcloud-identity.sg",
    ..GLOBAL
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cloud_is_found_by_name_and_host() {
        for names in NAMES {
            assert_eq!(names.name.parse(), Ok(names.cloud));
            assert_eq!(names.cloud.to_string(), names.name);
            for host in names.hosts {
                assert_eq!(Cloud::of_host(host), Some(names.cloud), "{host}");
            }
            assert_eq!(
                serde_json::to_value(names.cloud).unwrap(),
                names.name,
                "the name in options"
            );
        }
        assert_eq!("mars".parse::<Cloud>(), Err(UnknownCloud));
    }
}
