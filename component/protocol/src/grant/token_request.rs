//! A request to the token endpoint, whatever the token is granted for.
//!
//! [RFC 6749 section 3.2](https://www.rfc-editor.org/rfc/rfc6749#section-3.2).
//! The answer is a [`TokenResponse`](crate::token::response::TokenResponse).

use http::{Request, Uri};
use zeroize::Zeroizing;

use crate::authority::Authority;
use crate::credential::client_authentication::ClientAuthentication;
use crate::exchange::form::{self, Form};
use crate::request::claims::Claims;
use crate::request::client_id::ClientId;
use crate::request::scope::Scopes;
use crate::value::correlation_id::CorrelationId;
use crate::value::impossible::Impossible;
use crate::value::secret::Secret;

/// What a token is given for ([RFC 6749 section 1.3](https://www.rfc-editor.org/rfc/rfc6749#section-1.3)).
pub trait Grant {
    /// `grant_type`.
    fn grant_type(&self) -> &'static str;

    /// Its name in messages, if it is for clients that prove who they are only.
    fn confidential(&self) -> Option<&'static str> {
        None
    }

    /// Whom the token speaks for.
    fn holder(&self) -> Holder {
        Holder::Person
    }

    /// The parameters that are its own: names and values, which may be secrets.
    fn parameters(&self) -> Vec<(&'static str, &str)>;

    /// Refuses an authority that cannot give such a token.
    fn check(&self, _authority: &Authority) -> Result<(), Impossible> {
        Ok(())
    }
}

/// Whom a token speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// The application itself, with all that it was allowed (`.default`).
    Application,
    /// A person, who is asked about: `client_info` has Entra say whose token it is.
    Person,
}

impl Holder {
    /// The scopes as they are sent.
    fn scopes(self, scopes: &Scopes) -> Result<Scopes, Impossible> {
        let scopes = scopes.clone();
        match self {
            Self::Application => scopes.for_application(),
            Self::Person => scopes.for_user(),
        }
    }
}

/// Everything that such a request says.
#[derive(Clone, Debug)]
pub struct TokenRequest {
    grant_type: &'static str,
    holder: Holder,
    parameters: Vec<(&'static str, Secret)>,
    token_endpoint: Uri,
    client_id: ClientId,
    client_authentication: ClientAuthentication,
    scope: String,
    claims: Option<Claims>,
    correlation_id: CorrelationId,
}

impl TokenRequest {
    /// Authority, client and scopes must be those that the grant was got for, except that a refresh token serves for any API.
    /// Refuses what no server could grant.
    pub fn new(
        authority: &Authority,
        client_id: &ClientId,
        client_authentication: ClientAuthentication,
        scopes: &Scopes,
        grant: &dyn Grant,
        correlation_id: CorrelationId,
    ) -> Result<Self, Impossible> {
        grant.check(authority)?;
        match grant.confidential() {
            Some(name) => client_authentication.check_confidential(name)?,
            None => client_authentication.check()?,
        }
        let parameters = grant.parameters().into_iter();
        Ok(Self {
            grant_type: grant.grant_type(),
            holder: grant.holder(),
            parameters: parameters
                .map(|(name, value)| (name, Secret::new(value)))
                .collect(),
            token_endpoint: form::to_uri(&authority.token_endpoint())?,
            client_id: client_id.clone(),
            client_authentication,
            scope: grant.holder().scopes(scopes)?.to_string(),
            claims: None,
            correlation_id,
        })
    }

    /// Adds a claims challenge; a cached token does not answer it.
    #[must_use]
    pub fn with_claims(self, claims: Claims) -> Self {
        Self {
            claims: Some(claims),
            ..self
        }
    }

    /// The request to send, following no redirect. Its body holds the grant and clears itself.
    pub fn to_http(&self) -> Request<Zeroizing<Vec<u8>>> {
        let mut form = Form::default();
        form.append("client_id", self.client_id.as_str());
        form.append("grant_type", self.grant_type);
        for (name, value) in &self.parameters {
            form.append(name, value.expose());
        }
        self.client_authentication.append_to(&mut form);
        form.append("scope", &self.scope);
        if let Some(claims) = &self.claims {
            form.append("claims", claims.as_str());
        }
        if self.holder == Holder::Person {
            form.append("client_info", "1");
        }
        form.into_post(&self.token_endpoint, self.correlation_id)
    }
}
