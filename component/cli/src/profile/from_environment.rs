//! The profile that variables describe, by the names that azure-identity and build systems give them.

use crate::input::environment::variable;
use crate::input::named;
use crate::profile::Profile;
use crate::profile::auth_method::AuthMethod;

/// The client's secret.
pub(crate) const CLIENT_SECRET: &str = "AZURE_CLIENT_SECRET";
/// What opens the certificate's file.
pub(crate) const CERTIFICATE_PASSWORD: &str = "AZURE_CLIENT_CERTIFICATE_PASSWORD";
/// Workload identity: the file that the platform writes.
pub(crate) const FEDERATED_TOKEN_FILE: &str = "AZURE_FEDERATED_TOKEN_FILE";
/// GitHub Actions: where it mints tokens.
pub(crate) const GITHUB_URL: &str = "ACTIONS_ID_TOKEN_REQUEST_URL";
/// Azure Pipelines: where it mints tokens.
pub(crate) const PIPELINES_URL: &str = "SYSTEM_OIDCREQUESTURI";

/// The client that `AZURE_CLIENT_ID` and its like name.
pub(crate) fn client() -> Option<Profile> {
    client_of(variable)
}

/// Whether the environment proves the client that it names, so that nobody has to sign in.
pub(crate) fn is_complete(client: &Profile) -> bool {
    client.auth_method != named::name(AuthMethod::None)
}

/// The platform's identity; `AZURE_CLIENT_ID` says which if there are several.
pub(crate) fn managed_identity() -> Profile {
    Profile {
        client_id: variable("AZURE_CLIENT_ID").unwrap_or_default(),
        auth_method: named::name(AuthMethod::ManagedIdentity).to_owned(),
        ..Profile::named("")
    }
}

/// What the first of secret, certificate and federated token proves; a person signs in without.
fn client_of(variable: impl Fn(&str) -> Option<String>) -> Option<Profile> {
    let certificate_path = variable("AZURE_CLIENT_CERTIFICATE_PATH");
    let method = if variable(CLIENT_SECRET).is_some() {
        AuthMethod::ClientSecret
    } else if certificate_path.is_some() {
        match variable(CERTIFICATE_PASSWORD) {
            Some(_) => AuthMethod::Certificate,
            None => AuthMethod::PasswordlessCertificate,
        }
    } else if offers_federated_token(&variable) {
        AuthMethod::FederatedToken
    } else {
        AuthMethod::None
    };
    Some(Profile {
        tenant_id: variable("AZURE_TENANT_ID")?,
        client_id: variable("AZURE_CLIENT_ID")?,
        authority: variable("AZURE_AUTHORITY_HOST"),
        auth_method: named::name(method).to_owned(),
        certificate_path,
        // As azure-identity reads it.
        send_certificate_chain: variable("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN")
            .is_some_and(|value| value == "1" || value.eq_ignore_ascii_case("true")),
        ..Profile::named("")
    })
}

/// Whether the environment says where a federated token is to be had; it may turn out to be incomplete.
pub(crate) fn offers_federated_token(variable: impl Fn(&str) -> Option<String>) -> bool {
    [FEDERATED_TOKEN_FILE, GITHUB_URL, PIPELINES_URL]
        .iter()
        .any(|name| variable(name).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::flow::Flow;

    #[test]
    fn the_environment_proves_what_it_can() {
        let app = Flow::ClientCredentials;
        for (names, expected) in [
            ("", Some(("None", Flow::InteractiveBrowser))),
            ("AZURE_CLIENT_SECRET", Some(("ClientSecret", app))),
            (
                "AZURE_CLIENT_CERTIFICATE_PATH",
                Some(("PasswordlessCertificate", app)),
            ),
            (
                "AZURE_CLIENT_CERTIFICATE_PATH AZURE_CLIENT_CERTIFICATE_PASSWORD",
                Some(("Certificate", app)),
            ),
            (
                "AZURE_CLIENT_CERTIFICATE_PASSWORD",
                Some(("None", Flow::InteractiveBrowser)),
            ),
            (
                "AZURE_CLIENT_SECRET AZURE_CLIENT_CERTIFICATE_PATH AZURE_FEDERATED_TOKEN_FILE",
                Some(("ClientSecret", app)),
            ),
            (
                "AZURE_CLIENT_CERTIFICATE_PATH AZURE_FEDERATED_TOKEN_FILE",
                Some(("PasswordlessCertificate", app)),
            ),
            ("AZURE_FEDERATED_TOKEN_FILE", Some(("FederatedToken", app))),
            (
                "ACTIONS_ID_TOKEN_REQUEST_URL",
                Some(("FederatedToken", app)),
            ),
            ("SYSTEM_OIDCREQUESTURI", Some(("FederatedToken", app))),
        ] {
            let found = client_of(|name| {
                let is_set = matches!(name, "AZURE_TENANT_ID" | "AZURE_CLIENT_ID")
                    || names.split(' ').any(|other| other == name);
                is_set.then(|| "x".to_owned())
            });
            let found = found.map(|profile| (profile.auth_method.clone(), profile.flow().unwrap()));
            let expected = expected.map(|(method, flow)| (method.to_owned(), flow));
            assert_eq!(found, expected, "{names}");
        }
        for missing in ["AZURE_TENANT_ID", "AZURE_CLIENT_ID"] {
            let found = client_of(|name| (name != missing).then(|| "x".to_owned()));
            assert!(found.is_none(), "{missing}");
        }
    }

    #[test]
    fn a_token_is_offered_by_what_the_platform_sets() {
        for (name, expected) in [
            (FEDERATED_TOKEN_FILE, true),
            (GITHUB_URL, true),
            (PIPELINES_URL, true),
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", false),
            ("SYSTEM_ACCESSTOKEN", false),
            ("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", false),
        ] {
            assert_eq!(
                offers_federated_token(|other| (other == name).then(|| "x".to_owned())),
                expected,
                "{name}"
            );
        }
    }
}
