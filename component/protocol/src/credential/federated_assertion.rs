//! Somebody else's word that the application is itself: workload identity federation.
//!
//! [Microsoft's page](https://learn.microsoft.com/entra/workload-id/workload-identity-federation). The token comes from a file or a build
//! system and is used at once. Whether issuer, subject and audience are registered is Entra's to say; here it only has to look like a
//! signed token, so that no other file's content is sent by mistake.

use serde_json::Value;

use crate::authority::Authority;
use crate::authority::cloud::Cloud;
use crate::credential::client_authentication::ClientAuthentication;
use crate::token::jwt::Jwt;
use crate::value::impossible::Impossible;
use crate::value::secret::Secret;

const HINT: &str =
    "give a token of a federated issuer, as a file such as AZURE_FEDERATED_TOKEN_FILE holds it";

/// A token of a federated issuer, unverified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FederatedAssertion(Secret);

impl FederatedAssertion {
    /// Takes the content of a file or variable; blanks around it do not matter.
    pub fn parse(content: &Secret) -> Result<Self, Impossible> {
        let invalid = |what: &str| Impossible::new(what).with_hint(HINT);
        let text = content.expose().trim();
        if text.is_empty() {
            return Err(invalid("the federated token is empty"));
        }
        let Ok(Jwt::Signed(jwt)) = Jwt::decode_unverified(text) else {
            return Err(invalid("the federated token is not a signed JWT"));
        };
        let algorithm = jwt.header.members.get("alg").and_then(Value::as_str);
        // Whatever the token has before its first dot was read as JSON, `Bearer ` included.
        let is_bare = !text.contains(char::is_whitespace);
        match algorithm {
            Some(algorithm) if is_bare && !algorithm.eq_ignore_ascii_case("none") => {
                Ok(Self(Secret::new(text)))
            }
            _ => Err(invalid("the federated token is not a signed JWT")),
        }
    }

    /// Who it speaks for: issuer, subject and audience, unverified. Later tokens of the same platform have them in common.
    pub fn identity(&self) -> Option<[String; 3]> {
        let Ok(Jwt::Signed(jwt)) = Jwt::decode_unverified(self.0.expose()) else {
            return None;
        };
        let claim = |name| jwt.claims.members.get(name).map(Value::to_string);
        Some([claim("iss")?, claim("sub")?, claim("aud")?])
    }

    /// The proof to send.
    pub fn into_client_authentication(self) -> ClientAuthentication {
        ClientAuthentication::Assertion(self.0)
    }
}

/// The `aud` that a federated token needs at this authority; an authority that is no known cloud takes the public cloud's.
pub fn default_audience(authority: &Authority) -> Result<&'static str, Impossible> {
    authority
        .cloud()
        .unwrap_or(Cloud::Global)
        .federation_audience()
        .ok_or_else(|| {
            Impossible::new("the audience of federated tokens in this cloud is not known")
                .with_hint("name the audience that the federated credential has")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The recorded one.
    pub(crate) const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJmYWtlIjoiZmVkZXJhdGVkIn0.c2ln";

    /// M53.
    #[test]
    fn only_what_looks_like_a_signed_token_is_sent() {
        let long = format!("{TOKEN}{}", "a".repeat(300_000));
        let around = format!("\n {TOKEN}\r\n");
        let rows = [
            ("token", TOKEN, true),
            ("blanks around", &around, true),
            ("empty", "", false),
            ("blanks", " \r\n", false),
            ("private key", "-----BEGIN PRIVATE KEY-----\nabc\n", false),
            ("passwd", "root:x:0:0:root:/root:/bin/bash\n", false),
            ("secret", "S3cr3t~+/=&%", false),
            (
                "no signature",
                "eyJhbGciOiJSUzI1NiJ9.eyJmYWtlIjoiZmVkZXJhdGVkIn0",
                false,
            ),
            ("unsigned", "eyJhbGciOiJub25lIn0.e30.", false),
            ("no algorithm", "e30.e30.c2ln", false),
            ("encrypted", "eyJlbmMiOiJBMjU2R0NNIn0.a.b.c.d", false),
            ("scheme", "Bearer eyJhbGciOiJSUzI1NiJ9.e30.c2ln", false),
            (
                "two tokens",
                "eyJhbGciOiJSUzI1NiJ9.e30.c2ln eyJhbGciOiJSUzI1NiJ9.e30.c2ln",
                false,
            ),
            ("long", &long, false),
        ];
        for (name, text, expected) in rows {
            let parsed = FederatedAssertion::parse(&Secret::new(text));
            assert_eq!(parsed.is_ok(), expected, "{name}");
            if let Err(error) = parsed {
                assert!(!error.message().contains("root"), "{name}");
                assert!(error.hint().is_some(), "{name}");
            }
        }
    }

    #[test]
    fn each_cloud_has_its_audience() {
        let rows = [
            (
                "https://login.microsoftonline.com",
                Some("api://AzureADTokenExchange"),
            ),
            (
                "https://login.microsoftonline.us",
                Some("api://AzureADTokenExchangeUSGov"),
            ),
            (
                "https://login.chinacloudapi.cn",
                Some("api://AzureADTokenExchangeChina"),
            ),
            (
                "https://login.sovcloud-identity.fr",
                Some("api://AzureADTokenExchangeFrance"),
            ),
            ("https://login.sovcloud-identity.sg", None),
            ("http://127.0.0.1:8400", Some("api://AzureADTokenExchange")),
        ];
        for (instance, expected) in rows {
            let authority = Authority::parse(instance, "t").unwrap();
            assert_eq!(default_audience(&authority).ok(), expected, "{instance}");
        }
    }
}
