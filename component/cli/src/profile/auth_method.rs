//! How a profile's client proves who it is.

use crate::input::named::{self, Named};
use crate::output::error::BadValue;

/// The profile's `authMethod`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AuthMethod {
    /// A secret in the secret store, or in `AZURE_CLIENT_SECRET`.
    ClientSecret,
    /// A certificate file with a password.
    Certificate,
    /// A certificate file without a password.
    PasswordlessCertificate,
    /// A public client: a person signs in.
    None,
    /// The platform vouches.
    ManagedIdentity,
    /// A token of another issuer, which the environment provides.
    FederatedToken,
}

impl Named for AuthMethod {
    const NAMES: &'static [(Self, &'static str)] = &[
        (Self::ClientSecret, "ClientSecret"),
        (Self::Certificate, "Certificate"),
        (Self::PasswordlessCertificate, "PasswordlessCertificate"),
        (Self::None, "None"),
        (Self::ManagedIdentity, "ManagedIdentity"),
        (Self::FederatedToken, "FederatedToken"),
    ];
    const ALIASES: &'static [(Self, &'static str)] = &[
        (Self::ClientSecret, "secret"),
        (Self::None, "public"),
        (Self::None, "publicclient"),
        (Self::ManagedIdentity, "msi"),
        (Self::FederatedToken, "federated"),
        (Self::FederatedToken, "workload"),
        (Self::FederatedToken, "workloadidentity"),
    ];
    const NOUN: &'static str = "authentication method";

    fn entry(self) -> (&'static str, &'static str) {
        let purpose = match self {
            Self::ClientSecret => "a service with a secret",
            Self::Certificate => "a service with a certificate under a password",
            Self::PasswordlessCertificate => "a service with a certificate without one",
            Self::None => return ("Public", "people sign in"),
            Self::ManagedIdentity => "a program on an Azure machine, without a secret",
            Self::FederatedToken => "GitHub Actions, Azure Pipelines, Kubernetes",
        };
        (named::name(self), purpose)
    }
}

impl std::str::FromStr for AuthMethod {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Self, BadValue> {
        named::parse(text)
    }
}

impl std::fmt::Display for AuthMethod {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(named::name(*self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_numbers_and_beginnings_choose_a_method() {
        for (answer, expected) in [
            ("ClientSecret", Some(AuthMethod::ClientSecret)),
            ("client_secret", Some(AuthMethod::ClientSecret)),
            ("cert", Some(AuthMethod::Certificate)),
            ("certificate", Some(AuthMethod::Certificate)),
            ("pass", Some(AuthMethod::PasswordlessCertificate)),
            ("Public", Some(AuthMethod::None)),
            ("none", Some(AuthMethod::None)),
            ("5", Some(AuthMethod::ManagedIdentity)),
            ("6", Some(AuthMethod::FederatedToken)),
            ("FederatedToken", Some(AuthMethod::FederatedToken)),
            ("workload-identity", Some(AuthMethod::FederatedToken)),
            ("WorkloadIdentity", Some(AuthMethod::FederatedToken)),
            ("f", Some(AuthMethod::FederatedToken)),
            ("7", None),
            ("c", None),
            ("kerberos", None),
        ] {
            assert_eq!(named::pick::<AuthMethod>(answer).ok(), expected, "{answer}");
        }
    }
}
