//! Who answers: the authority, a build system, Microsoft Graph, or the platform that the program runs on.
//!
//! What a status means, and what may help, depends on who said it.

use crate::refusal::status;

/// Who was asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Peer {
    /// The authority's endpoints: tokens, device codes, metadata.
    #[default]
    Authority,
    /// The issuer of GitHub Actions.
    GithubActions,
    /// The issuer of Azure Pipelines.
    AzurePipelines,
    /// Microsoft Graph.
    Graph,
    /// The identity endpoint of the platform.
    Platform(Platform),
}

/// A platform that gives its programs identities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// App Service, Functions and Container Apps.
    AppService,
    /// A machine elsewhere, with the agent of Azure Arc.
    Arc,
    /// Azure Machine Learning, and App Service of old.
    AzureMl,
    /// Cloud Shell.
    CloudShell,
    /// The metadata service of a virtual machine, a node or a container group.
    Imds,
}

/// What a job of GitHub Actions lacks most often.
pub(crate) const GITHUB_PERMISSION: &str = "the job needs `permissions: id-token: write`";

/// What a step of Azure Pipelines lacks most often.
pub(crate) const PIPELINES_MAPPING: &str = "map `SYSTEM_ACCESSTOKEN: $(System.AccessToken)` into the step, and use the GUID of a service connection that the pipeline may use";

pub(crate) const PROXY: &str = "a proxy or another server may have answered in Entra's place; check the authority and the proxy settings";

impl Peer {
    /// What it is called in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Authority => "the server",
            Self::GithubActions => "GitHub's token endpoint",
            Self::AzurePipelines => "the token endpoint of Azure Pipelines",
            Self::Graph => "Microsoft Graph",
            Self::Platform(platform) => platform.name(),
        }
    }

    /// Whether the same request may well succeed later. The identity endpoint of a platform is not there, or gone, while it
    /// starts or is updated
    /// ([error handling](https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token#error-handling)).
    pub(crate) const fn is_transient(self, status: u16) -> bool {
        status::is_transient(status)
            || (matches!(self, Self::Platform(_)) && matches!(status, 404 | 410))
    }

    /// Whether the words of a refusal are shown: a platform has nothing else to say, and gets nothing that it could repeat.
    pub(crate) const fn is_quoted(self) -> bool {
        matches!(self, Self::Platform(_))
    }

    /// What may help after an answer with this status that says nothing more.
    pub(crate) fn hint(self, status: u16) -> Option<String> {
        match (self, status) {
            (_, 429) => Some(format!(
                "{} gets too many requests; wait before the next attempt, and keep tokens until they expire",
                self.name()
            )),
            (Self::Platform(_), 404 | 410) => Some(
                "it is starting or being updated, which takes up to 70 seconds; allow more time with `--timeout`"
                    .to_owned(),
            ),
            _ if self.is_transient(status) => self.outage().map(ToOwned::to_owned),
            _ => Some(self.check(status).to_owned()),
        }
    }

    const fn outage(self) -> Option<&'static str> {
        match self {
            Self::GithubActions => Some(
                "GitHub has a temporary problem, see https://www.githubstatus.com; run the job again later",
            ),
            Self::AzurePipelines => Some(
                "Azure DevOps has a temporary problem, see https://status.dev.azure.com; run the job again later",
            ),
            Self::Authority | Self::Graph | Self::Platform(_) => None,
        }
    }

    const fn check(self, status: u16) -> &'static str {
        match self {
            Self::GithubActions if matches!(status, 401 | 403 | 404) => GITHUB_PERMISSION,
            Self::GithubActions => {
                "a proxy or another server may have answered in GitHub's place; check `ACTIONS_ID_TOKEN_REQUEST_URL` and the proxy settings"
            }
            Self::AzurePipelines => PIPELINES_MAPPING,
            Self::Authority => PROXY,
            Self::Graph => {
                "a proxy or another server may have answered in the place of Microsoft Graph; check the proxy settings"
            }
            Self::Platform(platform) => platform.hint(),
        }
    }
}

impl Platform {
    /// What it is called in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AppService => "App Service",
            Self::Arc => "the Azure Arc agent",
            Self::AzureMl => "Azure Machine Learning",
            Self::CloudShell => "Cloud Shell",
            Self::Imds => "the instance metadata service",
        }
    }

    /// What to check when it gives no token.
    pub const fn hint(self) -> &'static str {
        match self {
            Self::AppService | Self::AzureMl => {
                "check that an identity is assigned to this service, and its id if one was named"
            }
            Self::Arc => "check that the Azure Arc agent is connected and up to date",
            Self::CloudShell => "open a new Cloud Shell session",
            Self::Imds => {
                "check that an identity is assigned to this machine, and its id if one was named; a proxy must not be used for 169.254.169.254"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_looks_at_who_said_what() {
        let imds = Peer::Platform(Platform::Imds);
        let rows = [
            (Peer::Authority, 503, None),
            (Peer::Authority, 429, Some("the server gets too many")),
            (Peer::Authority, 302, Some("proxy")),
            (Peer::Graph, 503, None),
            (Peer::Graph, 429, Some("Microsoft Graph gets too many")),
            (Peer::Graph, 200, Some("proxy")),
            (Peer::GithubActions, 503, Some("githubstatus")),
            (
                Peer::GithubActions,
                429,
                Some("GitHub's token endpoint gets"),
            ),
            (Peer::GithubActions, 403, Some("id-token: write")),
            (Peer::GithubActions, 200, Some("GitHub's place")),
            (Peer::AzurePipelines, 502, Some("status.dev.azure.com")),
            (Peer::AzurePipelines, 302, Some("SYSTEM_ACCESSTOKEN")),
            (imds, 404, Some("70 seconds")),
            (imds, 410, Some("70 seconds")),
            (imds, 429, Some("the instance metadata service gets")),
            (imds, 500, None),
            (imds, 400, Some("assigned to this machine")),
        ];
        for (peer, status, expected) in rows {
            let hint = peer.hint(status);
            match expected {
                Some(part) => assert!(
                    hint.as_deref().is_some_and(|hint| hint.contains(part)),
                    "{peer:?} {status}: {hint:?}"
                ),
                None => assert_eq!(hint, None, "{peer:?} {status}"),
            }
        }
    }

    #[test]
    fn only_a_platform_is_gone_for_a_while() {
        for status in [404, 410] {
            assert!(Peer::Platform(Platform::AppService).is_transient(status));
            for peer in [Peer::Authority, Peer::Graph, Peer::GithubActions] {
                assert!(!peer.is_transient(status), "{peer:?} {status}");
            }
        }
    }
}
