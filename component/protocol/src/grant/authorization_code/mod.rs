//! A code from the browser, turned into tokens.
//!
//! [RFC 6749 section 4.1.3](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3) and
//! [RFC 7636 section 4.5](https://www.rfc-editor.org/rfc/rfc7636#section-4.5). A code can be redeemed once, so this request is never
//! sent a second time. The answer is a [`TokenResponse`](crate::token::response::TokenResponse), whose id_token must pass
//! [`IdToken::check`](crate::token::id::IdToken::check).

pub mod authorization_response;
pub mod authorize_url;
pub mod pkce;
pub mod redirect_uri;
pub mod response_mode;
pub mod sign_in_attempt;

use crate::grant::authorization_code::authorization_response::AuthorizationCode;
use crate::grant::authorization_code::pkce::CodeVerifier;
use crate::grant::authorization_code::redirect_uri::RedirectUri;
use crate::grant::token_request::Grant;

/// What came back with the browser, and what it was sent out with. Authority, client, scopes and redirect URI must be those of the
/// sign-in.
#[derive(Clone, Debug)]
pub struct Redirect {
    /// The code that came back.
    pub code: AuthorizationCode,
    /// Where it came back to.
    pub uri: RedirectUri,
    /// What was kept back.
    pub code_verifier: CodeVerifier,
}

impl Grant for Redirect {
    fn grant_type(&self) -> &'static str {
        "authorization_code"
    }

    fn parameters(&self) -> Vec<(&'static str, &str)> {
        vec![
            ("code", self.code.expose()),
            ("redirect_uri", self.uri.as_str()),
            ("code_verifier", self.code_verifier.expose()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authority::Authority;
    use crate::credential::client_authentication::ClientAuthentication;
    use crate::grant::recorded;
    use crate::grant::token_request::TokenRequest;
    use crate::request::claims::Claims;
    use crate::request::client_id::ClientId;
    use crate::request::scope::Scopes;
    use crate::value::correlation_id::CorrelationId;
    use crate::value::secret::Secret;

    const VECTORS: &str = include_str!("../../../../../tests/vectors/authorization-code.json");

    fn request(
        uri: &str,
        code: &str,
        verifier: &str,
        authentication: ClientAuthentication,
    ) -> TokenRequest {
        let redirect = Redirect {
            code: AuthorizationCode::recorded(code),
            uri: RedirectUri::parse(uri).unwrap(),
            code_verifier: CodeVerifier::recorded(verifier),
        };
        TokenRequest::new(
            &Authority::parse(
                "https://login.microsoftonline.com",
                "11111111-2222-3333-4444-555555555555",
            )
            .unwrap(),
            &ClientId::parse("99999999-8888-7777-6666-555555555555").unwrap(),
            authentication,
            &Scopes::parse("https://graph.microsoft.com/User.Read").unwrap(),
            &redirect,
            CorrelationId::from_random([0; 16]),
        )
        .unwrap()
    }

    #[test]
    fn the_grant_is_that_of_the_recorded_clients() {
        let cases = recorded::cases(VECTORS);
        assert_eq!(cases.len(), 4);
        for case in cases {
            let field = |name: &str| case.fields[name].as_str();
            let (uri, code) = (field("redirect_uri"), field("code"));
            let request = request(
                uri,
                code,
                field("code_verifier"),
                ClientAuthentication::None,
            );
            case.assert_same(&request.to_http());
        }
    }

    #[test]
    fn a_confidential_client_sends_its_proof_too() {
        let secret = ClientAuthentication::Secret(Secret::new("S3cr3t"));
        let request = request("http://localhost:53111", "c", "v", secret)
            .with_claims(Claims::parse("{}").unwrap())
            .to_http();
        let fields = recorded::fields(request.body());
        assert_eq!(fields["client_secret"], "S3cr3t");
        assert_eq!(fields["redirect_uri"], "http://localhost:53111");
        assert_eq!(fields["claims"], "{}");
        assert_eq!(fields["client_info"], "1");
    }

    #[test]
    fn debug_output_shows_neither_code_nor_verifier() {
        let shown = format!(
            "{:?}",
            request(
                "http://localhost:53111",
                "C0de",
                "Ver1fier",
                ClientAuthentication::None
            )
        );
        assert!(
            !shown.contains("C0de") && !shown.contains("Ver1fier"),
            "{shown}"
        );
    }
}
