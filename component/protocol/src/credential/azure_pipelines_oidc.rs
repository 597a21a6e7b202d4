//! A federated token from Azure Pipelines.
//!
//! [Create OIDC token](https://learn.microsoft.com/rest/api/azure/devops/distributedtask/oidctoken/create). The service connection
//! decides subject and audience; the job's own token, which has to be mapped by hand, pays for it.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use url::Url;
use zeroize::Zeroizing;

use crate::credential::federated_assertion::FederatedAssertion;
use crate::exchange::answer::{EDGE_REFERENCE, END_TO_END_ID, Members, members};
use crate::exchange::platform_request::{self, Reach, bearer, endpoint};
use crate::refusal::error::Error;
use crate::refusal::peer::{PIPELINES_MAPPING, Peer};
use crate::refusal::unacceptable::Unacceptable;
use crate::value::guid::is_guid;
use crate::value::impossible::Impossible;
use crate::value::printable::printable;
use crate::value::secret::Secret;
use crate::value::time::Timestamp;

const API_VERSION: &str = "7.1";

const FEDERATED_REDIRECT: HeaderName = HeaderName::from_static("x-tfs-fedauthredirect");

/// The request for a token of a service connection.
#[derive(Clone, Debug)]
pub struct AzurePipelinesOidcRequest {
    url: Url,
    authorization: (HeaderName, Secret),
}

impl AzurePipelinesOidcRequest {
    /// Takes the values of `SYSTEM_OIDCREQUESTURI` and `SYSTEM_ACCESSTOKEN`. The service connection may be part of the address
    /// already.
    pub fn new(
        url: &str,
        token: &Secret,
        service_connection_id: Option<&str>,
    ) -> Result<Self, Impossible> {
        let hinted = |error: Impossible| error.with_hint(PIPELINES_MAPPING);
        let mut url = endpoint("SYSTEM_OIDCREQUESTURI", url, Reach::Machine).map_err(hinted)?;
        let has = |url: &Url, name: &str| url.query_pairs().any(|(other, _)| other == name);
        if !has(&url, "api-version") {
            url.query_pairs_mut()
                .append_pair("api-version", API_VERSION);
        }
        match service_connection_id {
            Some(id) if !is_guid(id) => {
                return Err(hinted(Impossible::new(
                    "the service connection is not a GUID",
                )));
            }
            Some(id) if !has(&url, "serviceConnectionId") => {
                url.query_pairs_mut().append_pair("serviceConnectionId", id);
            }
            None if !has(&url, "serviceConnectionId") => {
                return Err(hinted(Impossible::new("no service connection is named")));
            }
            Some(_) | None => {}
        }
        Ok(Self {
            url,
            authorization: bearer(token).map_err(hinted)?,
        })
    }

    /// The request to send, following no redirect: one would lead to a sign-in page.
    pub fn to_http(&self) -> Result<Request<Zeroizing<Vec<u8>>>, Impossible> {
        let (name, value) = &self.authorization;
        let mut request = platform_request::post(&self.url, &[(name.clone(), value)])?;
        for (name, value) in [
            (CONTENT_TYPE, "application/json"),
            (FEDERATED_REDIRECT, "Suppress"),
        ] {
            request
                .headers_mut()
                .insert(name, HeaderValue::from_static(value));
        }
        Ok(request)
    }
}

/// Reads the answer that came at `now`.
pub fn read_token(
    response: &Response<impl AsRef<[u8]>>,
    now: Timestamp,
) -> Result<FederatedAssertion, Error> {
    let members = members(response, Peer::AzurePipelines, now).map_err(|error| match error {
        Error::Unacceptable(error) => explained(error, response.headers()).into(),
        other => other,
    })?;
    let mut members = Members::new(Peer::AzurePipelines, "answer of Azure Pipelines", members);
    let token = members
        .take_secret("oidcToken")?
        .ok_or_else(|| members.missing("oidcToken"))?;
    FederatedAssertion::parse(&token).map_err(|_| {
        members
            .invalid("an `oidcToken` that is not a signed JWT")
            .into()
    })
}

/// A refused bearer shows as a sign-in page (203) or the way to one (302).
fn explained(error: Unacceptable, headers: &HeaderMap) -> Unacceptable {
    let identifiers: Vec<String> = [END_TO_END_ID, EDGE_REFERENCE]
        .into_iter()
        .filter_map(|name| {
            let value = headers.get(&name)?.to_str().ok()?;
            Some(format!("{name} {}", printable(value, 100)))
        })
        .collect();
    match identifiers.as_slice() {
        [] => error,
        identifiers => error.referring_to(&identifiers.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str =
        "https://dev.azure.com/contoso/p/_apis/distributedtask/hubs/build/plans/1/jobs/2/oidctoken";
    const CONNECTION: &str = "11111111-2222-3333-4444-555555555555";
    const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJmYWtlIjoiZmVkZXJhdGVkIn0.c2ln";
    const NOW: Timestamp = Timestamp::from_unix_seconds(1_700_000_000);

    #[test]
    fn the_service_connection_is_named_once() {
        let with_all = format!("{URL}?api-version=7.1&serviceConnectionId={CONNECTION}");
        for (url, connection) in [
            (URL, Some(CONNECTION)),
            (with_all.as_str(), None),
            (with_all.as_str(), Some(CONNECTION)),
        ] {
            let token = Secret::new("b3arer");
            let request = AzurePipelinesOidcRequest::new(url, &token, connection).unwrap();
            let request = request.to_http().unwrap();
            assert_eq!(request.method(), "POST");
            assert_eq!(request.uri(), with_all.as_str());
            let headers = request.headers();
            assert_eq!(headers["authorization"], "Bearer b3arer");
            assert_eq!(headers["content-length"], "0");
            assert_eq!(headers["content-type"], "application/json");
            assert_eq!(headers["x-tfs-fedauthredirect"], "Suppress");
            assert!(request.body().is_empty());
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for (url, token, connection) in [
            (URL, "b", None),
            (URL, "b", Some("my connection")),
            (URL, "b", Some("a&b=c")),
            (URL, "", Some(CONNECTION)),
            ("http://evil.test", "b", Some(CONNECTION)),
            ("", "b", Some(CONNECTION)),
        ] {
            let error = AzurePipelinesOidcRequest::new(url, &Secret::new(token), connection);
            assert_eq!(
                error.unwrap_err().hint(),
                Some(PIPELINES_MAPPING),
                "{url} {connection:?}"
            );
        }
    }

    #[test]
    fn a_sign_in_page_is_a_refused_bearer() {
        let good = format!(r#"{{"oidcToken":"{TOKEN}"}}"#);
        let rows = [
            ("token", 200, good.as_str(), true),
            ("sign-in page", 203, "<html>S3cr3t</html>", false),
            ("way to one", 302, "", false),
            ("refused", 401, r#"{"message":"S3cr3t"}"#, false),
            ("no token", 200, "{}", false),
            ("opaque", 200, r#"{"oidcToken":"S3cr3t"}"#, false),
        ];
        for (name, status, body, expected) in rows {
            let response = Response::builder()
                .status(status)
                .header("x-vss-e2eid", "e2e-1")
                .body(body.as_bytes())
                .unwrap();
            let outcome = read_token(&response, NOW);
            assert_eq!(outcome.is_ok(), expected, "{name}");
            assert!(!format!("{outcome:?}").contains("S3cr3t"), "{name}");
            if status > 200 {
                let error = outcome.unwrap_err();
                assert_eq!(error.hint(), Some(PIPELINES_MAPPING), "{name}");
                assert!(
                    error.to_string().contains("x-vss-e2eid e2e-1"),
                    "{name}: {error}"
                );
            }
        }
    }
}
