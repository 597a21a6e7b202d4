//! What tells the credential of a request from another one, without waking a store: a cached token is handed out to the
//! one that got it.

use protocol::credential::federated_assertion::FederatedAssertion;
use protocol::token::cache::CredentialMark;
use protocol::value::secret::Secret;

use crate::bindings::exports::entra_auth::core::tokens::{
    self, AssertionSource, Certificate, Credential,
};

/// Nothing for a client that proves nothing.
pub(crate) fn mark(credential: &Credential) -> Option<CredentialMark> {
    match credential {
        Credential::None => None,
        Credential::Secret(secret) => Some(CredentialMark::new("secret", parts(secret))),
        Credential::Certificate(certificate) => Some(of_certificate(certificate)),
        Credential::Assertion(source) => Some(of_assertion(source)),
    }
}

/// The value where it is at hand; of a stored one, which generation it is.
fn parts(secret: &tokens::Secret) -> [&[u8]; 2] {
    [optional(&secret.generation), optional(&secret.given)]
}

fn of_certificate(certificate: &Certificate) -> CredentialMark {
    let private_key = certificate.private_key.as_deref().unwrap_or_default();
    let password = certificate.password.as_ref().map(parts).unwrap_or_default();
    let content = [certificate.content.as_slice(), private_key];
    CredentialMark::new("certificate", content.into_iter().chain(password))
}

/// A platform's token is another one each time; whom it speaks for stays.
fn of_assertion(source: &AssertionSource) -> CredentialMark {
    match source {
        AssertionSource::GithubActions(endpoint) => CredentialMark::new(
            "github-actions",
            [&endpoint.url, &endpoint.bearer].map(bytes),
        ),
        AssertionSource::AzurePipelines(endpoint) => CredentialMark::new(
            "azure-pipelines",
            [
                endpoint.url.as_bytes(),
                endpoint.bearer.as_bytes(),
                optional(&endpoint.service_connection_id),
            ],
        ),
        AssertionSource::Given(token) => {
            let identity = FederatedAssertion::parse(&Secret::new(token.as_str()))
                .ok()
                .and_then(|assertion| assertion.identity());
            match &identity {
                Some(identity) => CredentialMark::new("federated", identity.iter().map(bytes)),
                None => CredentialMark::new("federated", [token.as_bytes()]),
            }
        }
    }
}

fn bytes(text: &String) -> &[u8] {
    text.as_bytes()
}

fn optional(text: &Option<String>) -> &[u8] {
    text.as_ref().map_or(&[], bytes)
}
