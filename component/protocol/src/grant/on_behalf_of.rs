//! A token for another API, on behalf of the person who called ours.
//!
//! [Microsoft's page](https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow), over
//! [RFC 7523 section 2.1](https://www.rfc-editor.org/rfc/rfc7523#section-2.1). The answer is a
//! [`TokenResponse`](crate::token::response::TokenResponse), kept under
//! [`Subject::Assertion`](crate::token::cache::Subject::Assertion).

use crate::grant::token_request::Grant;
use crate::token::jwt::MAX_TOKEN_SIZE;
use crate::value::impossible::Impossible;
use crate::value::secret::Secret;

/// The access token that came in, issued for this application; it is not looked into.
#[derive(Clone, Debug)]
pub struct OnBehalfOf(Secret);

impl OnBehalfOf {
    /// Blanks around the token are dropped.
    pub fn new(assertion: &Secret) -> Result<Self, Impossible> {
        checked(assertion).map(Self)
    }
}

impl Grant for OnBehalfOf {
    fn grant_type(&self) -> &'static str {
        "urn:ietf:params:oauth:grant-type:jwt-bearer"
    }

    fn confidential(&self) -> Option<&'static str> {
        Some("the on-behalf-of grant")
    }

    fn parameters(&self) -> Vec<(&'static str, &str)> {
        vec![
            ("assertion", self.0.expose()),
            ("requested_token_use", "on_behalf_of"),
        ]
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
    use crate::authority::Authority;
    use crate::credential::client_authentication::ClientAuthentication;
    use crate::grant::recorded;
    use crate::grant::token_request::TokenRequest;
    use crate::request::client_id::ClientId;
    use crate::request::scope::Scopes;
    use crate::value::correlation_id::CorrelationId;

    const VECTORS: &str = include_str!("../../../../tests/vectors/on-behalf-of.json");

    fn request(
        assertion: &str,
        authentication: ClientAuthentication,
    ) -> Result<TokenRequest, Impossible> {
        TokenRequest::new(
            &Authority::parse(
                "https://login.microsoftonline.com",
                "11111111-2222-3333-4444-555555555555",
            )?,
            &ClientId::parse("99999999-8888-7777-6666-555555555555")?,
            authentication,
            &Scopes::parse("https://graph.microsoft.com/User.Read")?,
            &OnBehalfOf::new(&Secret::new(assertion))?,
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
