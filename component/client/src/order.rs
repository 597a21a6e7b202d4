//! A request, checked and understood: everything that can be refused before anything is read or sent.

use std::time::Duration;

use http::Request;
use protocol::advice::Facts;
use protocol::authority::Authority;
use protocol::cache::{CacheKey, Subject};
use protocol::claims::Claims;
use protocol::client_authentication::ClientAuthentication;
use protocol::client_credentials::ClientCredentialsRequest;
use protocol::client_id::ClientId;
use protocol::correlation_id::CorrelationId;
use protocol::scope::Scopes;
use zeroize::Zeroizing;

use crate::bindings::exports::entra_auth::core::tokens::{self, Credential, Grant};
use crate::bindings::wasi::random::random;
use crate::error::{Error, impossible};
use crate::secret;

/// What is wanted, from whom and as whom.
pub(crate) struct Order {
    authority: Authority,
    client_id: ClientId,
    credential: Credential,
    claims: Option<Claims>,
    /// The scopes as they are sent.
    pub(crate) scopes: Scopes,
    /// The same as text, for advice.
    scope: String,
    /// Where the token is kept.
    pub(crate) key: CacheKey,
    /// How long all of it may take.
    pub(crate) time_limit: Option<Duration>,
}

impl Order {
    /// Checks the request; nothing has been read or sent yet.
    pub(crate) fn new(request: tokens::Request) -> Result<Self, Error> {
        let Grant::ClientCredentials = request.grant else {
            return Err(impossible(
                "this version gets tokens by client credentials only",
                "leave out the flow, or use `ClientCredentials`",
            ));
        };
        let authority = Authority::parse(&request.authority, &request.tenant)?;
        let client_id = ClientId::parse(&request.client_id)?;
        let texts = request.scopes.iter().map(String::as_str);
        let scopes = Scopes::parse_all(texts)?.for_application()?;
        let claims = request.claims.as_deref().map(Claims::parse).transpose()?;
        let key = CacheKey::new(
            &authority,
            &client_id,
            Subject::Application,
            &scopes,
            claims.as_ref(),
        );
        Ok(Self {
            authority,
            client_id,
            credential: request.credential,
            claims,
            scope: scopes.to_string(),
            scopes,
            key,
            time_limit: request
                .time_limit
                .map(|limit| Duration::from_secs(limit.into())),
        })
    }

    /// The request to send. Reads the secret.
    pub(crate) fn to_http(&self) -> Result<Request<Zeroizing<Vec<u8>>>, Error> {
        let request = ClientCredentialsRequest::new(
            &self.authority,
            &self.client_id,
            self.authentication()?,
            &self.scopes,
            correlation_id(),
        )?;
        Ok(match &self.claims {
            Some(claims) => request.with_claims(claims.clone()).to_http(),
            None => request.to_http(),
        })
    }

    fn authentication(&self) -> Result<ClientAuthentication, Error> {
        match &self.credential {
            Credential::Secret(secret) => Ok(ClientAuthentication::Secret(secret::reveal(secret)?)),
            Credential::None => Err(impossible(
                "client credentials need a client that can prove who it is",
                "give the profile a client secret",
            )),
            Credential::Certificate(_) | Credential::Assertion(_) => Err(impossible(
                "this version proves who the client is by client secret only",
                "give the profile a client secret",
            )),
        }
    }

    /// What advice may name.
    pub(crate) fn facts(&self) -> Facts<'_> {
        Facts {
            tenant: Some(self.authority.tenant()),
            client_id: Some(self.client_id.as_str()),
            scope: Some(&self.scope),
            authority_host: Some(self.authority.host()),
            redirect_uri: None,
        }
    }
}

/// A new number for one call, under which Entra's sign-in logs know it.
fn correlation_id() -> CorrelationId {
    let (high, low) = (random::get_random_u64(), random::get_random_u64());
    let number = u128::from(high) << 64 | u128::from(low);
    CorrelationId::from_random(number.to_be_bytes())
}
