//! A token without a person, by what was left of a sign-in.
//!
//! [RFC 6749 section 6](https://www.rfc-editor.org/rfc/rfc6749#section-6) and
//! [refresh tokens](https://learn.microsoft.com/entra/identity-platform/refresh-tokens). Entra binds a refresh token to user and client,
//! not to an API: one sign-in serves for tokens of any of them. The answer is a
//! [`TokenResponse`](crate::token::response::TokenResponse).

use crate::grant::token_request::Grant;
use crate::refusal::error::Error;
use crate::value::impossible::Impossible;
use crate::value::secret::Secret;

/// What was left of a sign-in. Authority and client must be those that it was issued by and for; the scopes may be another API's.
#[derive(Clone, Debug)]
pub struct RefreshToken(Secret);

impl RefreshToken {
    /// As it was issued.
    pub fn new(token: &Secret) -> Result<Self, Impossible> {
        if token.is_empty() {
            return Err(Impossible::new("the refresh token is empty").with_hint("sign in again"));
        }
        Ok(Self(token.clone()))
    }
}

impl Grant for RefreshToken {
    fn grant_type(&self) -> &'static str {
        "refresh_token"
    }

    fn parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("refresh_token", self.0.expose())]
    }
}

/// What a failed refresh means for the refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshFailure {
    /// It will never work again: forget it, and let the person sign in.
    SignInAgain,
    /// It is good, but this request needs a person: keep it, and let the person sign in.
    NeedsPerson,
    /// It says nothing about the refresh token: keep it, and report the error.
    Keep,
}

/// Judges the error that came in place of tokens.
pub fn judge_failure(error: &Error) -> RefreshFailure {
    match error {
        Error::Refused(refusal) if refusal.is_transient() => RefreshFailure::Keep,
        // With a claims challenge or a wish for consent the sign-in itself is not in doubt.
        Error::Refused(refusal) if refusal.is_interaction_required() => {
            let is_spent = refusal.error == "invalid_grant"
                && refusal.claims.is_none()
                && !matches!(
                    refusal.suberror.as_deref(),
                    Some(
                        "basic_action" | "additional_action" | "consent_required" | "message_only"
                    )
                );
            if is_spent {
                RefreshFailure::SignInAgain
            } else {
                RefreshFailure::NeedsPerson
            }
        }
        Error::Refused(_) | Error::Unacceptable(_) | Error::Impossible(_) => RefreshFailure::Keep,
    }
}

/// Which refresh token to store: a new one replaces the old one, and without a new one the old one stays.
pub fn rotated(old: Option<Secret>, new: Option<Secret>) -> Option<Secret> {
    new.or(old)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authority::Authority;
    use crate::credential::client_authentication::ClientAuthentication;
    use crate::grant::recorded;
    use crate::grant::token_request::TokenRequest;
    use crate::refusal::server_error::ServerError;
    use crate::refusal::unacceptable::Unacceptable;
    use crate::request::claims::Claims;
    use crate::request::client_id::ClientId;
    use crate::request::scope::Scopes;
    use crate::value::correlation_id::CorrelationId;

    const VECTORS: &str = include_str!("../../../../tests/vectors/refresh-token.json");

    fn request(
        refresh_token: &str,
        authentication: ClientAuthentication,
        scope: &str,
    ) -> Result<TokenRequest, Impossible> {
        TokenRequest::new(
            &Authority::parse(
                "https://login.microsoftonline.com",
                "11111111-2222-3333-4444-555555555555",
            )?,
            &ClientId::parse("99999999-8888-7777-6666-555555555555")?,
            authentication,
            &Scopes::parse(scope)?,
            &RefreshToken::new(&Secret::new(refresh_token))?,
            CorrelationId::from_random([0; 16]),
        )
    }

    #[test]
    fn the_grant_is_that_of_the_recorded_clients() {
        let cases = recorded::cases(VECTORS);
        assert_eq!(cases.len(), 5);
        for case in cases {
            let authentication = match case.fields.get("client_secret") {
                Some(secret) => ClientAuthentication::Secret(Secret::new(secret.as_str())),
                None => ClientAuthentication::None,
            };
            let token = &case.fields["refresh_token"];
            let scope = "https://graph.microsoft.com/User.Read";
            case.assert_same(&request(token, authentication, scope).unwrap().to_http());
        }
    }

    #[test]
    fn one_sign_in_serves_for_another_api_but_not_for_two_at_once() {
        let scope = "https://management.azure.com//.default";
        let request_of = |scope| request("r", ClientAuthentication::None, scope);
        let sent = request_of(scope).unwrap().to_http();
        assert_eq!(
            recorded::fields(sent.body())["scope"],
            "https://management.azure.com//.default openid profile offline_access"
        );
        assert!(request_of("api://a/read api://b/read").is_err());
        assert!(request_of("").is_err());
        assert!(request("", ClientAuthentication::None, scope).is_err());
    }

    #[test]
    fn only_the_servers_word_ends_a_refresh_token() {
        let claims = Some(Claims::parse("{}").unwrap());
        let refusal = |error: &str, suberror: Option<&str>, status| ServerError {
            status,
            error: error.to_owned(),
            suberror: suberror.map(str::to_owned),
            ..ServerError::default()
        };
        let rows = [
            (
                "expired or revoked",
                refusal("invalid_grant", None, 400),
                RefreshFailure::SignInAgain,
            ),
            (
                "bad token",
                refusal("invalid_grant", Some("bad_token"), 400),
                RefreshFailure::SignInAgain,
            ),
            (
                "token expired",
                refusal("invalid_grant", Some("token_expired"), 400),
                RefreshFailure::SignInAgain,
            ),
            (
                "password expired",
                refusal("invalid_grant", Some("user_password_expired"), 400),
                RefreshFailure::SignInAgain,
            ),
            (
                "more proof",
                refusal("invalid_grant", Some("basic_action"), 400),
                RefreshFailure::NeedsPerson,
            ),
            (
                "no consent",
                refusal("invalid_grant", Some("consent_required"), 400),
                RefreshFailure::NeedsPerson,
            ),
            (
                "policy",
                refusal("invalid_grant", Some("message_only"), 400),
                RefreshFailure::NeedsPerson,
            ),
            (
                "challenge",
                ServerError {
                    claims,
                    ..refusal("invalid_grant", None, 400)
                },
                RefreshFailure::NeedsPerson,
            ),
            (
                "interaction",
                refusal("interaction_required", None, 400),
                RefreshFailure::NeedsPerson,
            ),
            (
                "other client",
                refusal("invalid_grant", Some("client_mismatch"), 400),
                RefreshFailure::Keep,
            ),
            (
                "protection policy",
                refusal("invalid_grant", Some("protection_policy_required"), 400),
                RefreshFailure::Keep,
            ),
            (
                "wrong secret",
                refusal("invalid_client", None, 401),
                RefreshFailure::Keep,
            ),
            (
                "wrong scope",
                refusal("invalid_scope", None, 400),
                RefreshFailure::Keep,
            ),
            (
                "throttled",
                refusal("invalid_grant", None, 429),
                RefreshFailure::Keep,
            ),
            (
                "outage",
                refusal("invalid_grant", None, 503),
                RefreshFailure::Keep,
            ),
            (
                "busy",
                refusal("temporarily_unavailable", None, 400),
                RefreshFailure::Keep,
            ),
        ];
        for (name, refusal, expected) in rows {
            assert_eq!(judge_failure(&refusal.into()), expected, "{name}");
        }
        for error in [
            Error::from(Unacceptable::new("an HTML page")),
            Error::from(Impossible::new("x")),
        ] {
            assert_eq!(judge_failure(&error), RefreshFailure::Keep);
        }
    }

    #[test]
    fn a_new_refresh_token_replaces_the_old_one() {
        let token = |text: &str| Some(Secret::new(text));
        assert_eq!(rotated(token("old"), token("new")), token("new"));
        assert_eq!(rotated(token("old"), None), token("old"));
        assert_eq!(rotated(None, token("new")), token("new"));
        assert_eq!(rotated(None, None), None);
    }
}
