//! A federated token from GitHub Actions.
//!
//! [OpenID Connect in GitHub Actions](https://docs.github.com/actions/reference/security/oidc). The job needs the permission
//! `id-token: write`; then its environment has an address and a bearer for it.

use http::{HeaderName, Request, Response};
use url::Url;
use zeroize::Zeroizing;

use crate::credential::federated_assertion::FederatedAssertion;
use crate::exchange::answer::{Members, members};
use crate::exchange::platform_request::{self, Reach, bearer, endpoint};
use crate::refusal::error::Error;
use crate::refusal::peer::{GITHUB_PERMISSION, Peer};
use crate::value::impossible::Impossible;
use crate::value::secret::Secret;
use crate::value::time::Timestamp;

/// The request for a token with one audience.
#[derive(Clone, Debug)]
pub struct GithubOidcRequest {
    url: Url,
    authorization: (HeaderName, Secret),
}

impl GithubOidcRequest {
    /// Takes the values of `ACTIONS_ID_TOKEN_REQUEST_URL` and `ACTIONS_ID_TOKEN_REQUEST_TOKEN`.
    pub fn new(url: &str, token: &Secret, audience: &str) -> Result<Self, Impossible> {
        let hinted = |error: Impossible| error.with_hint(GITHUB_PERMISSION);
        let mut url =
            endpoint("ACTIONS_ID_TOKEN_REQUEST_URL", url, Reach::Machine).map_err(hinted)?;
        url.query_pairs_mut().append_pair("audience", audience);
        Ok(Self {
            url,
            authorization: bearer(token).map_err(hinted)?,
        })
    }

    /// The request to send, following no redirect.
    pub fn to_http(&self) -> Result<Request<Zeroizing<Vec<u8>>>, Impossible> {
        let (name, value) = &self.authorization;
        platform_request::get(&self.url, &[(name.clone(), value)])
    }
}

/// Reads the answer that came at `now`.
pub fn read_token(
    response: &Response<impl AsRef<[u8]>>,
    now: Timestamp,
) -> Result<FederatedAssertion, Error> {
    let members = members(response, Peer::GithubActions, now)?;
    let mut members = Members::new(Peer::GithubActions, "answer of GitHub Actions", members);
    let token = members
        .take_secret("value")?
        .ok_or_else(|| members.missing("value"))?;
    FederatedAssertion::parse(&token)
        .map_err(|_| members.invalid("a `value` that is not a signed JWT").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://pipelines.actions.githubusercontent.com/x/idtoken?api-version=2.0";
    const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJmYWtlIjoiZmVkZXJhdGVkIn0.c2ln";
    const NOW: Timestamp = Timestamp::from_unix_seconds(1_700_000_000);

    #[test]
    fn the_audience_is_appended_to_the_address() {
        let audience = "api://AzureADTokenExchange";
        let request = GithubOidcRequest::new(URL, &Secret::new("b3arer"), audience).unwrap();
        let request = request.to_http().unwrap();
        assert_eq!(request.method(), "GET");
        assert_eq!(
            request.uri(),
            "https://pipelines.actions.githubusercontent.com/x/idtoken?api-version=2.0\
             &audience=api%3A%2F%2FAzureADTokenExchange"
        );
        assert_eq!(request.headers()["authorization"], "Bearer b3arer");
        assert_eq!(request.headers()["accept"], "application/json");
        assert!(!format!("{request:?}").contains("b3arer"));
        let hostile = GithubOidcRequest::new(URL, &Secret::new("b"), "a&b=c#d").unwrap();
        assert!(hostile.url.as_str().ends_with("&audience=a%26b%3Dc%23d"));
    }

    #[test]
    fn an_address_or_bearer_that_cannot_be_is_refused() {
        for (url, token) in [
            ("http://evil.test/?api-version=2.0", "b"),
            ("", "b"),
            ("ACTIONS", "b"),
            (URL, ""),
            (URL, "a\r\nx: y"),
        ] {
            let error = GithubOidcRequest::new(url, &Secret::new(token), "a").unwrap_err();
            assert_eq!(error.hint(), Some(GITHUB_PERMISSION), "{url}");
        }
    }

    #[test]
    fn only_a_token_is_taken_for_one() {
        let good = format!(r#"{{"count":7,"value":"{TOKEN}"}}"#);
        let twice = format!(r#"{{"value":"{TOKEN}","value":"{TOKEN}"}}"#);
        let rows = [
            ("token", 200, good.as_str(), true),
            ("twice", 200, &twice, false),
            ("created", 201, &good, false),
            ("no value", 200, r#"{"count":7}"#, false),
            ("opaque", 200, r#"{"value":"S3cr3t"}"#, false),
            ("number", 200, r#"{"value":7}"#, false),
            ("refused", 401, r#"{"message":"S3cr3t"}"#, false),
            ("sign-in page", 200, "<html>S3cr3t</html>", false),
            ("redirect", 302, "", false),
            ("nothing", 200, "", false),
        ];
        for (name, status, body, expected) in rows {
            let response = Response::builder()
                .status(status)
                .body(body.as_bytes())
                .unwrap();
            let outcome = read_token(&response, NOW);
            assert_eq!(outcome.is_ok(), expected, "{name}");
            assert!(!format!("{outcome:?}").contains("S3cr3t"), "{name}");
        }
    }
}
