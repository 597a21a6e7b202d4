//! What all token requests of users' grants have in common.
//!
//! [RFC 6749 section 4.1.3](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3). `client_info` asks Entra to say whose token it is.

use http::{Request, Uri};
use zeroize::Zeroizing;

use crate::authority::Authority;
use crate::claims::Claims;
use crate::client_authentication::ClientAuthentication;
use crate::client_id::ClientId;
use crate::correlation_id::CorrelationId;
use crate::error::Impossible;
use crate::form::{self, Form};
use crate::scope::Scopes;

#[derive(Clone, Debug)]
pub(crate) struct TokenRequest {
    token_endpoint: Uri,
    client_id: ClientId,
    client_authentication: ClientAuthentication,
    scope: String,
    claims: Option<Claims>,
    correlation_id: CorrelationId,
}

impl TokenRequest {
    pub(crate) fn new(
        authority: &Authority,
        client_id: &ClientId,
        client_authentication: ClientAuthentication,
        scopes: &Scopes,
        correlation_id: CorrelationId,
    ) -> Result<Self, Impossible> {
        client_authentication.check()?;
        Ok(Self {
            token_endpoint: form::to_uri(&authority.token_endpoint())?,
            client_id: client_id.clone(),
            client_authentication,
            scope: scopes.clone().for_user()?.to_string(),
            claims: None,
            correlation_id,
        })
    }

    pub(crate) fn with_claims(self, claims: Claims) -> Self {
        Self {
            claims: Some(claims),
            ..self
        }
    }

    pub(crate) fn to_http(
        &self,
        grant_type: &str,
        grant: &[(&'static str, &str)],
    ) -> Request<Zeroizing<Vec<u8>>> {
        let mut form = Form::default();
        form.append("client_id", self.client_id.as_str());
        form.append("grant_type", grant_type);
        for (name, value) in grant {
            form.append(name, value);
        }
        self.client_authentication.append_to(&mut form);
        form.append("scope", &self.scope);
        if let Some(claims) = &self.claims {
            form.append("claims", claims.as_str());
        }
        form.append("client_info", "1");
        form.into_post(&self.token_endpoint, self.correlation_id)
    }
}
