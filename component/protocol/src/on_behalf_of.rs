//! A token for another API, on behalf of the person who called ours.
//!
//! [Microsoft's page](https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow), over
//! [RFC 7523 section 2.1](https://www.rfc-editor.org/rfc/rfc7523#section-2.1). The answer is a
//! [`TokenResponse`](crate::token_response::TokenResponse), kept under
//! [`Subject::Assertion`](crate::cache::Subject::Assertion).

use http::Request;
use zeroize::Zeroizing;

use crate::authority::Authority;
use crate::claims::Claims;
use crate::client_authentication::ClientAuthentication;
use crate::client_id::ClientId;
use crate::correlation_id::CorrelationId;
use crate::error::Impossible;
use crate::jwt::MAX_TOKEN_SIZE;
use crate::scope::Scopes;
use crate::secret::Secret;
use crate::token_request::TokenRequest;

/// Everything that the exchange says.
#[derive(Clone, Debug)]
pub struct OnBehalfOfRequest {
    request: TokenRequest,
    assertion: Secret,
}

impl OnBehalfOfRequest {
    /// The assertion is the access token that came in, issued for this application; it is not looked into.
    pub fn new(
        authority: &Authority,
        client_id: &ClientId,
        client_authentication: ClientAuthentication,
        assertion: &Secret,
        scopes: &Scopes,
        correlation_id: CorrelationId,
    ) -> Result<Self, Impossible> {
        client_authentication.check_confidential("the on-behalf-of grant")?;
        Ok(Self {
            assertion: checked(assertion)?,
            request: TokenRequest::new(
                authority,
                client_id,
                client_authentication,
                scopes,
                correlation_id,
            )?,
        })
    }

    /// Adds a claims challenge of the API behind ours.
    #[must_use]
    pub fn with_claims(self, claims: Claims) -> Self {
        Self {
            request: self.request.with_claims(claims),
            ..self
        }
    }

    /// The request to send, following no redirect. Its body holds the assertion and clears itself.
    pub fn to_http(&self) -> Request<Zeroizing<Vec<u8>>> {
        self.request.to_http(
            "urn:ietf:params:oauth:grant-type:jwt-bearer",
            &[
                ("assertion", self.assertion.expose()),
                ("requested_token_use", "on_behalf_of"),
            ],
        )
    }
}

fn checked(assertion: &Secret) -> Result<Secret, Impossible> {
    let text = assertion.expose().trim();
    if text.is_empty() {
        return Err(Impossible::new("the incoming access token is empty")
            .with_hint("pass on the token that the caller of your API sent"));
    }
    if text.len() > MAX_TOKEN_SIZE || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Impossible::new(
            "the incoming access token is too long or has characters that tokens cannot have",
        )
        .with_hint("pass on the token alone, without `Bearer` and on one line"));
    }
    Ok(Secret::new(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recorded;

    const VECTORS: &str = include_str!("../../../tests/vectors/on-behalf-of.json");

    fn request(
        assertion: &str,
        authentication: ClientAuthentication,
    ) -> Result<OnBehalfOfRequest, Impossible> {
        OnBehalfOfRequest::new(
            &Authority::parse(
                "https://login.microsoftonline.com",
                "11111111-2222-3333-4444-555555555555",
            )?,
            &ClientId::parse("99999999-8888-7777-6666-555555555555")?,
            authentication,
            &Secret::new(assertion),
            &Scopes::parse("https://graph.microsoft.com/User.Read")?,
            CorrelationId::from_random([0; 16]),
        )
    }

    #[test]
    fn the_grant_is_that_of_the_recorded_clients() {
        let cases = recorded::cases(VECTORS);
        assert_eq!(cases.len(), 2);
        for case in cases {
            let secret = Secret::new(case.fields["client_secret"].as_str());
            let authentication = ClientAuthentication::Secret(secret);
            let request = request(&case.fields["assertion"], authentication).unwrap();
            case.assert_same(&request.to_http());
        }
    }

    #[test]
    fn what_cannot_work_is_not_sent() {
        let secret = || ClientAuthentication::Secret(Secret::new("s"));
        let long = "a".repeat(MAX_TOKEN_SIZE + 1);
        let rows = [
            (
                "no proof",
                "a.b.c",
                ClientAuthentication::None,
                "needs a client",
            ),
            ("nothing", "", secret(), "is empty"),
            ("blanks", " \n", secret(), "is empty"),
            ("scheme", "Bearer a.b.c", secret(), "characters"),
            ("two lines", "a.b\nc", secret(), "characters"),
            ("long", &long, secret(), "too long"),
        ];
        for (name, assertion, authentication, expected) in rows {
            let error = request(assertion, authentication).expect_err(name);
            assert!(error.message().contains(expected), "{name}: {error}");
            assert!(error.hint().is_some(), "{name}");
        }
        let request = request(" a.b.c\n", secret()).unwrap().to_http();
        assert_eq!(recorded::fields(request.body())["assertion"], "a.b.c");
    }
}
