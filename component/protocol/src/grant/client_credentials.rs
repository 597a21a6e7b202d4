//! A token for an application in its own name.
//!
//! [RFC 6749 section 4.4](https://www.rfc-editor.org/rfc/rfc6749#section-4.4) and
//! [Microsoft's page](https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow). There is no refresh
//! token: renewing is asking again. The answer is a [`TokenResponse`](crate::token::response::TokenResponse).

use crate::authority::Authority;
use crate::grant::token_request::{Grant, Holder};
use crate::value::impossible::Impossible;
use crate::value::printable::quoted;

/// Nothing but the application's own word.
#[derive(Clone, Copy, Debug)]
pub struct ClientCredentials;

impl Grant for ClientCredentials {
    fn grant_type(&self) -> &'static str {
        "client_credentials"
    }

    fn confidential(&self) -> Option<&'static str> {
        Some("the client credentials grant")
    }

    fn holder(&self) -> Holder {
        Holder::Application
    }

    fn parameters(&self) -> Vec<(&'static str, &str)> {
        Vec::new()
    }

    fn check(&self, authority: &Authority) -> Result<(), Impossible> {
        if authority.is_multi_tenant() {
            return Err(Impossible::new(format!(
                "client credentials need one tenant, and {} is none",
                quoted(authority.tenant())
            ))
            .with_hint("name the tenant whose API is called, by its GUID or a domain"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Value;

    use super::*;
    use crate::credential::client_authentication::ClientAuthentication;
    use crate::grant::recorded::{self, fields};
    use crate::grant::token_request::TokenRequest;
    use crate::request::claims::Claims;
    use crate::request::client_id::ClientId;
    use crate::request::scope::Scopes;
    use crate::value::correlation_id::CorrelationId;
    use crate::value::secret::Secret;

    const VECTORS: &str = include_str!("../../../../tests/vectors/client-secret.json");
    const FEDERATED: &str = include_str!("../../../../tests/vectors/federated-token.json");

    fn request(tenant: &str, secret: &str, scope: &str) -> Result<TokenRequest, Impossible> {
        TokenRequest::new(
            &Authority::parse("https://login.microsoftonline.com", tenant)?,
            &ClientId::parse("99999999-8888-7777-6666-555555555555")?,
            ClientAuthentication::Secret(Secret::new(secret)),
            &Scopes::parse(scope)?,
            &ClientCredentials,
            CorrelationId::from_random([7; 16]),
        )
    }

    #[test]
    fn the_grant_is_that_of_the_recorded_clients() {
        let vectors: Value = serde_json::from_str(VECTORS).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let extras: Vec<String> = vectors["not_part_of_the_grant"]
            .as_array()
            .unwrap()
            .iter()
            .map(text)
            .collect();
        let cases = vectors["cases"].as_array().unwrap();
        assert_eq!(cases.len(), 5);
        for case in cases {
            let name = text(&case["name"]);
            let mut recorded = fields(text(&case["body"]).as_bytes());
            recorded.retain(|field, _| !extras.contains(field));

            let mut request = TokenRequest::new(
                &Authority::parse(&text(&case["instance"]), &text(&case["tenant"])).unwrap(),
                &ClientId::parse(&text(&case["client_id"])).unwrap(),
                ClientAuthentication::Secret(Secret::new(text(&case["client_secret"]))),
                &Scopes::parse(&text(&case["scope"])).unwrap(),
                &ClientCredentials,
                CorrelationId::from_random([0; 16]),
            )
            .unwrap();
            if let Some(claims) = case["claims"].as_str() {
                request = request.with_claims(Claims::parse(claims).unwrap());
            }
            let sent = request.to_http();
            assert_eq!(fields(sent.body()), recorded, "{name}");
            assert_eq!(sent.uri().path(), text(&case["path"]), "{name}");
        }
    }

    #[test]
    fn the_grant_with_a_federated_token_is_that_of_the_recorded_clients() {
        let cases = recorded::cases(FEDERATED);
        assert_eq!(cases.len(), 2);
        for case in cases {
            let assertion = Secret::new(case.fields["client_assertion"].as_str());
            let request = TokenRequest::new(
                &Authority::parse(
                    "https://login.microsoftonline.com",
                    "11111111-2222-3333-4444-555555555555",
                )
                .unwrap(),
                &ClientId::parse("99999999-8888-7777-6666-555555555555").unwrap(),
                ClientAuthentication::Assertion(assertion),
                &Scopes::parse("https://graph.microsoft.com/.default").unwrap(),
                &ClientCredentials,
                CorrelationId::from_random([0; 16]),
            );
            case.assert_same(&request.unwrap().to_http());
        }
    }

    #[test]
    fn the_request_is_complete() {
        let request = request(
            "contoso.com",
            "S3cr3t~+/=&% é",
            "api://your-api-id/.default",
        )
        .unwrap()
        .to_http();
        assert_eq!(request.method(), "POST");
        assert_eq!(
            request.uri(),
            "https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token"
        );
        let headers: BTreeMap<&str, &str> = request
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
            .collect();
        let length = request.body().len().to_string();
        let expected = BTreeMap::from([
            ("accept", "application/json"),
            ("content-type", "application/x-www-form-urlencoded"),
            ("content-length", length.as_str()),
            ("client-request-id", "07070707-0707-4707-8707-070707070707"),
            ("return-client-request-id", "true"),
            ("x-app-name", "entra-auth-cli"),
            ("x-app-ver", env!("CARGO_PKG_VERSION")),
        ]);
        assert_eq!(headers, expected);
        assert_eq!(
            String::from_utf8(request.body().to_vec()).unwrap(),
            "client_id=99999999-8888-7777-6666-555555555555&grant_type=client_credentials\
             &client_secret=S3cr3t%7E%2B%2F%3D%26%25+%C3%A9&scope=api%3A%2F%2Fyour-api-id%2F.default"
        );
    }

    #[test]
    fn what_cannot_be_granted_is_not_sent() {
        let rows = [
            (
                "any tenant",
                "common",
                "s",
                "api://a/.default",
                "need one tenant, and `common`",
            ),
            (
                "any organization",
                "organizations",
                "s",
                "api://a/.default",
                "need one tenant",
            ),
            (
                "people",
                "consumers",
                "s",
                "api://a/.default",
                "need one tenant",
            ),
            (
                "no secret",
                "contoso.com",
                "",
                "api://a/.default",
                "secret is empty",
            ),
            ("no scope", "contoso.com", "s", "", "no scope given"),
            (
                "named scope",
                "contoso.com",
                "s",
                "api://a/read",
                "names a single permission",
            ),
        ];
        for (name, tenant, secret, scope, expected) in rows {
            let error = request(tenant, secret, scope).expect_err(name);
            assert!(error.message().contains(expected), "{name}: {error}");
        }
    }

    #[test]
    fn debug_output_shows_no_secret() {
        let request = request("contoso.com", "S3cr3t~+/=&% é", "api://a/.default").unwrap();
        assert!(!format!("{request:?}").contains("S3cr3t"));
    }
}
