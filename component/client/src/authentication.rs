//! How the client proves who it is. Assertions are made anew for every request, so that long jobs do not outlive them.

use protocol::credential::azure_pipelines_oidc::{self, AzurePipelinesOidcRequest};
use protocol::credential::certificate::{Certificate, CertificateValidity};
use protocol::credential::client_assertion::ClientAssertion;
use protocol::credential::client_authentication::ClientAuthentication;
use protocol::credential::federated_assertion::{self, FederatedAssertion};
use protocol::credential::github_oidc::{self, GithubOidcRequest};
use protocol::value::secret::Secret;

use crate::bindings::exports::entra_auth::core::tokens::{self, AssertionSource, Credential};
use crate::error::{Error, about};
use crate::exchange::{Exchange, Peer, exchange};
use crate::notices::Notices;
use crate::order::Order;
use crate::randomness;
use crate::secret::reveal;

/// The proof to send with the next request. Reads secrets and asks build systems for their tokens.
pub(crate) fn authenticate(
    order: &Order,
    notices: &mut Notices,
) -> Result<ClientAuthentication, Error> {
    match &order.credential {
        Credential::None => Ok(ClientAuthentication::None),
        Credential::Secret(secret) => Ok(ClientAuthentication::Secret(reveal(secret, order)?)),
        Credential::Certificate(certificate) => by_certificate(order, certificate, notices),
        Credential::Assertion(source) => Ok(federated(order, source)?.into_client_authentication()),
    }
}

fn by_certificate(
    order: &Order,
    given: &tokens::Certificate,
    notices: &mut Notices,
) -> Result<ClientAuthentication, Error> {
    let password = given
        .password
        .as_ref()
        .map(|password| reveal(password, order))
        .transpose()?;
    let certificate = certificate(given, password.as_ref())?;
    let now = order.server_now();
    match certificate.validity_at(now) {
        CertificateValidity::Valid => {}
        CertificateValidity::Expired => notices.add(format!(
            "{}: the certificate has expired; Entra is likely to refuse it",
            given.name
        )),
        CertificateValidity::NotYetValid => notices.add(format!(
            "{}: the certificate is not valid yet; check the clock",
            given.name
        )),
    }
    let mut assertion = ClientAssertion::new(&certificate, order.authority(), &order.client_id);
    if given.send_chain {
        assertion = assertion.with_chain();
    }
    Ok(ClientAuthentication::Assertion(
        assertion.sign(randomness::bytes(), now)?,
    ))
}

/// The certificate and its key, as the file has them.
pub(crate) fn certificate(
    given: &tokens::Certificate,
    password: Option<&Secret>,
) -> Result<Certificate, Error> {
    Certificate::parse(&given.content, given.private_key.as_deref(), password)
        .map_err(|problem| about(&given.name, &problem))
}

fn federated(order: &Order, source: &AssertionSource) -> Result<FederatedAssertion, Error> {
    match source {
        AssertionSource::Given(token) => {
            Ok(FederatedAssertion::parse(&Secret::new(token.as_str()))?)
        }
        AssertionSource::GithubActions(endpoint) => {
            let audience = match &endpoint.audience {
                Some(audience) => audience,
                None => federated_assertion::default_audience(order.authority())?,
            };
            let bearer = Secret::new(endpoint.bearer.as_str());
            let request = GithubOidcRequest::new(&endpoint.url, &bearer, audience)?;
            exchange(
                order,
                Exchange::repeatable(Peer::GithubActions),
                || Ok(request.to_http()?),
                github_oidc::read_token,
            )
            .map_err(|fault| fault.into_error(order))
        }
        AssertionSource::AzurePipelines(endpoint) => {
            let bearer = Secret::new(endpoint.bearer.as_str());
            let connection = endpoint.service_connection_id.as_deref();
            let request = AzurePipelinesOidcRequest::new(&endpoint.url, &bearer, connection)?;
            exchange(
                order,
                Exchange::repeatable(Peer::AzurePipelines),
                || Ok(request.to_http()?),
                azure_pipelines_oidc::read_token,
            )
            .map_err(|fault| fault.into_error(order))
        }
    }
}
