//! Which of Azure's identity endpoints there is, by the variables that the platform sets.
//!
//! The order is that of Microsoft's libraries. A variable that is set but empty is not set.

use url::Url;

use super::arc::KeyFolder;
use super::assignment::ManagedIdentity;
use crate::exchange::platform_request::{Reach, endpoint};
use crate::refusal::peer::Platform;
use crate::value::impossible::Impossible;
use crate::value::secret::Secret;

const IMDS: &str = "http://169.254.169.254";
const IMDS_PATH: &str = "/metadata/identity/oauth2/token";
const ARC: &str = "http://127.0.0.1:40342/metadata/identity/oauth2/token";

/// What the caller knows about where it runs.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    identity_endpoint: Option<String>,
    identity_header: Option<Secret>,
    identity_server_thumbprint: Option<String>,
    imds_endpoint: Option<String>,
    msi_endpoint: Option<String>,
    msi_secret: Option<Secret>,
    pod_identity_authority_host: Option<String>,
    default_identity_client_id: Option<String>,
    program_data: Option<String>,
    has_arc_agent: bool,
}

/// A source without its endpoint.
enum Kind<'a> {
    AppService(&'a Secret),
    Arc,
    AzureMl(&'a Secret),
    CloudShell,
    Imds,
}

impl Environment {
    /// The variables that [`Environment::from_variables`] looks at.
    pub const VARIABLES: [&'static str; 9] = [
        "IDENTITY_ENDPOINT",
        "IDENTITY_HEADER",
        "IDENTITY_SERVER_THUMBPRINT",
        "IMDS_ENDPOINT",
        "MSI_ENDPOINT",
        "MSI_SECRET",
        "AZURE_POD_IDENTITY_AUTHORITY_HOST",
        "DEFAULT_IDENTITY_CLIENT_ID",
        "ProgramData",
    ];

    /// Picks out what matters among names and values.
    pub fn from_variables<'a>(variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut environment = Self::default();
        for (name, value) in variables {
            if value.is_empty() {
                continue;
            }
            let text = Some(value.to_owned());
            match name {
                "IDENTITY_ENDPOINT" => environment.identity_endpoint = text,
                "IDENTITY_HEADER" => environment.identity_header = Some(Secret::new(value)),
                "IDENTITY_SERVER_THUMBPRINT" => environment.identity_server_thumbprint = text,
                "IMDS_ENDPOINT" => environment.imds_endpoint = text,
                "MSI_ENDPOINT" => environment.msi_endpoint = text,
                "MSI_SECRET" => environment.msi_secret = Some(Secret::new(value)),
                "AZURE_POD_IDENTITY_AUTHORITY_HOST" => {
                    environment.pod_identity_authority_host = text;
                }
                "DEFAULT_IDENTITY_CLIENT_ID" => environment.default_identity_client_id = text,
                "ProgramData" => environment.program_data = text,
                _ => {}
            }
        }
        environment
    }

    /// The URL that the environment points at, as it stands there. Only its form decides whether it may be asked.
    pub fn endpoint(&self) -> Result<&str, Impossible> {
        self.kind().map(|(_, _, url)| url)
    }

    /// Where the agent of Azure Arc keeps its keys.
    fn key_folder(&self) -> KeyFolder {
        match &self.program_data {
            Some(program_data) => KeyFolder::Windows(program_data.clone()),
            None => KeyFolder::Linux,
        }
    }

    /// The first source that fits, with its URL and where that was found.
    fn kind(&self) -> Result<(Kind<'_>, &'static str, &str), Impossible> {
        let identity = self.identity_endpoint.as_deref();
        if let (Some(url), Some(header)) = (identity, &self.identity_header) {
            if self.identity_server_thumbprint.is_some() {
                return Err(Impossible::new(
                    "managed identities of Service Fabric are not supported",
                )
                .with_hint("use a certificate or a federated credential there"));
            }
            return Ok((Kind::AppService(header), "IDENTITY_ENDPOINT", url));
        }
        if let Some(url) = self.msi_endpoint.as_deref() {
            let kind = match &self.msi_secret {
                Some(secret) => Kind::AzureMl(secret),
                None => Kind::CloudShell,
            };
            return Ok((kind, "MSI_ENDPOINT", url));
        }
        if let (Some(url), true) = (identity, self.imds_endpoint.is_some()) {
            return Ok((Kind::Arc, "IDENTITY_ENDPOINT", url));
        }
        Ok(match self.pod_identity_authority_host.as_deref() {
            Some(url) => (Kind::Imds, "AZURE_POD_IDENTITY_AUTHORITY_HOST", url),
            None if self.has_arc_agent => (Kind::Arc, "the Azure Arc agent", ARC),
            None => (Kind::Imds, "the metadata service", IMDS),
        })
    }

    /// Adds that the agent of Azure Arc is installed (`/opt/azcmagent/bin/himds`, or `himds.exe` under
    /// `%ProgramFiles%\AzureConnectedMachineAgent`).
    #[must_use]
    pub fn with_arc_agent(self) -> Self {
        Self {
            has_arc_agent: true,
            ..self
        }
    }
}

/// An identity endpoint of the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// App Service, Functions and Container Apps.
    AppService {
        /// `IDENTITY_ENDPOINT`.
        endpoint: Url,
        /// `IDENTITY_HEADER`.
        header: Secret,
    },
    /// A machine elsewhere, with the agent of Azure Arc.
    Arc {
        /// `IDENTITY_ENDPOINT`, or the agent's usual one.
        endpoint: Url,
        /// Where the agent keeps its keys.
        key_folder: KeyFolder,
    },
    /// Azure Machine Learning, and App Service of old.
    AzureMl {
        /// `MSI_ENDPOINT`.
        endpoint: Url,
        /// `MSI_SECRET`.
        secret: Secret,
        /// `DEFAULT_IDENTITY_CLIENT_ID`: who is meant if nobody is named.
        default_client_id: Option<String>,
    },
    /// Cloud Shell, where it is the signed-in person's token.
    CloudShell {
        /// `MSI_ENDPOINT`.
        endpoint: Url,
    },
    /// The metadata service of a virtual machine, a node or a container group.
    Imds {
        /// At its link-local address, or where `AZURE_POD_IDENTITY_AUTHORITY_HOST` says.
        endpoint: Url,
    },
}

impl Source {
    /// The source that the environment points at.
    pub fn choose(environment: &Environment) -> Result<Self, Impossible> {
        let (kind, what, text) = environment.kind()?;
        let mut endpoint = endpoint(what, text, Reach::Platform)?;
        Ok(match kind {
            Kind::AppService(header) => Self::AppService {
                endpoint,
                header: header.clone(),
            },
            Kind::Arc => Self::Arc {
                endpoint,
                key_folder: environment.key_folder(),
            },
            Kind::AzureMl(secret) => Self::AzureMl {
                endpoint,
                secret: secret.clone(),
                default_client_id: environment.default_identity_client_id.clone(),
            },
            Kind::CloudShell => Self::CloudShell { endpoint },
            Kind::Imds => {
                endpoint.set_path(IMDS_PATH);
                Self::Imds { endpoint }
            }
        })
    }

    /// Which platform it is.
    pub const fn platform(&self) -> Platform {
        match self {
            Self::AppService { .. } => Platform::AppService,
            Self::Arc { .. } => Platform::Arc,
            Self::AzureMl { .. } => Platform::AzureMl,
            Self::CloudShell { .. } => Platform::CloudShell,
            Self::Imds { .. } => Platform::Imds,
        }
    }

    pub(super) fn url(
        &self,
        resource: &str,
        identity: &ManagedIdentity,
    ) -> Result<Url, Impossible> {
        let (endpoint, version) = match self {
            Self::AppService { endpoint, .. } => (endpoint, "2019-08-01"),
            Self::Arc { endpoint, .. } => (endpoint, "2020-06-01"),
            Self::AzureMl { endpoint, .. } => (endpoint, "2017-09-01"),
            Self::CloudShell { endpoint } => {
                return match identity {
                    ManagedIdentity::SystemAssigned => Ok(endpoint.clone()),
                    _ => Err(self.knows_no(identity)),
                };
            }
            Self::Imds { endpoint } => (endpoint, "2018-02-01"),
        };
        let mut url = endpoint.clone();
        url.query_pairs_mut()
            .append_pair("api-version", version)
            .append_pair("resource", resource);
        if let Some((name, value)) = self.selector(identity)? {
            url.query_pairs_mut().append_pair(name, value);
        }
        Ok(url)
    }

    fn selector<'a>(
        &'a self,
        identity: &'a ManagedIdentity,
    ) -> Result<Option<(&'static str, &'a str)>, Impossible> {
        Ok(match (self, identity) {
            (
                Self::AzureMl {
                    default_client_id, ..
                },
                ManagedIdentity::SystemAssigned,
            ) => default_client_id.as_deref().map(|id| ("clientid", id)),
            (_, ManagedIdentity::SystemAssigned) => None,
            (Self::AzureMl { .. }, ManagedIdentity::ClientId(id)) => Some(("clientid", id)),
            (Self::AzureMl { .. }, _) => return Err(self.knows_no(identity)),
            (_, ManagedIdentity::ClientId(id)) => Some(("client_id", id)),
            (_, ManagedIdentity::ObjectId(id)) => Some(("object_id", id)),
            (Self::AppService { .. }, ManagedIdentity::ResourceId(id)) => Some(("mi_res_id", id)),
            (_, ManagedIdentity::ResourceId(id)) => Some(("msi_res_id", id)),
        })
    }

    fn knows_no(&self, identity: &ManagedIdentity) -> Impossible {
        let what = match identity {
            ManagedIdentity::SystemAssigned => "system-assigned identity",
            ManagedIdentity::ClientId(_) => "identity by client id",
            ManagedIdentity::ObjectId(_) => "identity by object id",
            ManagedIdentity::ResourceId(_) => "identity by resource id",
        };
        Impossible::new(format!("{} knows no {what}", self.platform().name()))
            .with_hint("name the identity by its client id, or none at all")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Variables<'a> = &'a [(&'a str, &'a str)];

    #[test]
    fn the_first_source_that_fits_is_taken() {
        let identity = ("IDENTITY_ENDPOINT", "http://localhost:1/identity");
        let header = ("IDENTITY_HEADER", "h");
        let msi = ("MSI_ENDPOINT", "http://localhost:2/msi");
        let secret = ("MSI_SECRET", "s");
        let imds = ("IMDS_ENDPOINT", "http://localhost:3");
        let rows: [(&str, Variables<'_>, Option<&str>); 13] = [
            ("nothing", &[], Some("the instance metadata service")),
            ("app service", &[identity, header], Some("App Service")),
            (
                "app service first",
                &[identity, header, msi, secret, imds],
                Some("App Service"),
            ),
            (
                "service fabric",
                &[identity, header, ("IDENTITY_SERVER_THUMBPRINT", "t")],
                None,
            ),
            (
                "machine learning",
                &[msi, secret],
                Some("Azure Machine Learning"),
            ),
            (
                "machine learning before arc",
                &[msi, secret, identity, imds],
                Some("Azure Machine Learning"),
            ),
            ("cloud shell", &[msi], Some("Cloud Shell")),
            ("arc", &[identity, imds], Some("the Azure Arc agent")),
            (
                "half of arc",
                &[identity],
                Some("the instance metadata service"),
            ),
            (
                "header alone",
                &[header],
                Some("the instance metadata service"),
            ),
            (
                "empty header",
                &[identity, ("IDENTITY_HEADER", "")],
                Some("the instance metadata service"),
            ),
            (
                "elsewhere in clear",
                &[("MSI_ENDPOINT", "http://evil.test/msi")],
                None,
            ),
            (
                "metadata elsewhere in clear",
                &[("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://evil.test")],
                None,
            ),
        ];
        for (name, variables, expected) in rows {
            let environment = Environment::from_variables(variables.iter().copied());
            let source = Source::choose(&environment).ok();
            assert_eq!(
                source.as_ref().map(|source| source.platform().name()),
                expected,
                "{name}"
            );
        }
        let agent = Environment::default().with_arc_agent();
        assert_eq!(
            Source::choose(&agent).unwrap().platform().name(),
            "the Azure Arc agent"
        );
        assert!(
            !format!(
                "{:?}",
                Environment::from_variables([secret, ("IDENTITY_HEADER", "S3cr3t")])
            )
            .contains("S3cr3t")
        );
    }
}
