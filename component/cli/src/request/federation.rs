//! A federated token from the environment, in place of a secret or a certificate.
//!
//! Workload identity names a file ([Microsoft's
//! page](https://learn.microsoft.com/azure/aks/workload-identity-overview)), build systems name an
//! address that mints tokens ([GitHub](https://docs.github.com/actions/reference/security/oidc),
//! [Azure Pipelines](https://learn.microsoft.com/rest/api/azure/devops/distributedtask/oidctoken/create)).

use crate::bindings::gate;
use crate::bindings::tokens::{AssertionSource, OidcEndpoint, PipelinesEndpoint};
use crate::input::file;
use crate::input::token;
use crate::output::error::Error;
use crate::profile::from_environment::{FEDERATED_TOKEN_FILE, GITHUB_URL, PIPELINES_URL};

const GITHUB_TOKEN: &str = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";
const PIPELINES_TOKEN: &str = "SYSTEM_ACCESSTOKEN";
const PIPELINES_CONNECTION: &str = "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID";

/// What a person needs to do so that there is a token.
const HINT: &str = "set AZURE_FEDERATED_TOKEN_FILE; or in GitHub Actions add `permissions: id-token: write`; or in Azure Pipelines map `SYSTEM_ACCESSTOKEN: $(System.AccessToken)` and name AZURESUBSCRIPTION_SERVICE_CONNECTION_ID";

/// Larger than any federated token; Kubernetes' and Entra's stay below 16 KiB.
const LIMIT: u32 = 1 << 16;

/// Where the environment says that a token is to be had.
enum Place {
    AzurePipelines(PipelinesEndpoint),
    File(String),
    GithubActions(OidcEndpoint),
}

/// The token, or where the token logic gets it; then its host is permitted.
pub(crate) fn source(variable: impl Fn(&str) -> Option<String>) -> Result<AssertionSource, Error> {
    match place(variable)? {
        Place::AzurePipelines(endpoint) => {
            permit(PIPELINES_URL, &endpoint.url)?;
            Ok(AssertionSource::AzurePipelines(endpoint))
        }
        Place::File(path) => from_file(&path).map(AssertionSource::Given),
        Place::GithubActions(endpoint) => {
            permit(GITHUB_URL, &endpoint.url)?;
            Ok(AssertionSource::GithubActions(endpoint))
        }
    }
}

/// The first that is complete; else what the first that is begun lacks.
fn place(variable: impl Fn(&str) -> Option<String>) -> Result<Place, Error> {
    if let Some(path) = variable(FEDERATED_TOKEN_FILE) {
        return Ok(Place::File(path));
    }
    let github = (variable(GITHUB_URL), variable(GITHUB_TOKEN));
    let pipelines = (variable(PIPELINES_URL), variable(PIPELINES_TOKEN));
    let lacking = match (github, pipelines) {
        ((Some(url), Some(bearer)), _) => {
            return Ok(Place::GithubActions(OidcEndpoint {
                url,
                bearer,
                audience: None,
            }));
        }
        (_, (Some(url), Some(bearer))) => {
            return Ok(Place::AzurePipelines(PipelinesEndpoint {
                url,
                bearer,
                service_connection_id: variable(PIPELINES_CONNECTION),
            }));
        }
        ((Some(_), None), _) => format!(": {GITHUB_TOKEN} is not set"),
        ((None, _), (Some(_), None)) => format!(": {PIPELINES_TOKEN} is not set"),
        ((None, _), (None, _)) => String::new(),
    };
    Err(Error::bad_arguments(
        format!("there is no federated token{lacking}"),
        HINT,
    ))
}

/// The address may be wrong in ways that must not be repeated.
fn permit(name: &str, url: &str) -> Result<(), Error> {
    gate::permit(url).map_err(|_| {
        Error::bad_arguments(
            format!("{name} is no address that may be asked for a token"),
            "leave it as the build system sets it: an https address",
        )
    })
}

/// Read anew for each use: the platform replaces the file before the token expires.
fn from_file(path: &str) -> Result<String, Error> {
    let bytes = file::read(path, LIMIT).map_err(|error| Error {
        message: format!("{FEDERATED_TOKEN_FILE}: {}", error.message),
        ..error
    })?;
    from_content(&bytes)
}

fn from_content(bytes: &[u8]) -> Result<String, Error> {
    let what = format!("the file that {FEDERATED_TOKEN_FILE} names");
    let found = token::from_bytes(&what, bytes)?;
    match found.as_str() {
        "" => Err(Error::bad_arguments(
            format!("the file that {FEDERATED_TOKEN_FILE} names holds no token"),
            "check that the platform still writes the file: the service account's token volume has to be mounted",
        )),
        token => Ok(token.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment<'a>(
        variables: &'a [(&'a str, &'a str)],
    ) -> impl Fn(&str) -> Option<String> + 'a {
        move |name| {
            let found = variables.iter().find(|(other, _)| *other == name);
            found.map(|(_, value)| (*value).to_owned())
        }
    }

    #[test]
    fn the_first_complete_place_is_taken() {
        let file = (FEDERATED_TOKEN_FILE, "/var/run/secrets/token");
        let github = [(GITHUB_URL, "https://g.example/?a=b"), (GITHUB_TOKEN, "G")];
        let pipelines = [
            (PIPELINES_URL, "https://p.example/x"),
            (PIPELINES_TOKEN, "P"),
        ];
        let connection = (PIPELINES_CONNECTION, "C");
        for (variables, expected) in [
            (vec![], "there is no federated token"),
            (vec![file], "file /var/run/secrets/token"),
            (
                vec![file, github[0], github[1], pipelines[0], pipelines[1]],
                "file /var/run/secrets/token",
            ),
            (
                vec![github[0], github[1], pipelines[0], pipelines[1]],
                "github https://g.example/?a=b G None",
            ),
            (
                vec![pipelines[0], pipelines[1]],
                "pipelines https://p.example/x P None",
            ),
            (
                vec![pipelines[0], pipelines[1], connection, github[0]],
                "pipelines https://p.example/x P Some(\"C\")",
            ),
            (
                vec![github[0], pipelines[0]],
                "there is no federated token: ACTIONS_ID_TOKEN_REQUEST_TOKEN is not set",
            ),
            (
                vec![pipelines[0], connection],
                "there is no federated token: SYSTEM_ACCESSTOKEN is not set",
            ),
            (vec![github[1], pipelines[1]], "there is no federated token"),
        ] {
            let found = match place(environment(&variables)) {
                Ok(Place::File(path)) => format!("file {path}"),
                Ok(Place::GithubActions(endpoint)) => format!(
                    "github {} {} {:?}",
                    endpoint.url, endpoint.bearer, endpoint.audience
                ),
                Ok(Place::AzurePipelines(endpoint)) => format!(
                    "pipelines {} {} {:?}",
                    endpoint.url, endpoint.bearer, endpoint.service_connection_id
                ),
                Err(error) => error.message,
            };
            assert_eq!(found, expected, "{variables:?}");
        }
    }

    #[test]
    fn a_file_holds_a_token_or_is_refused() {
        for (bytes, expected) in [
            (b"a.b.c\n".as_slice(), Some("a.b.c")),
            (b" a.b.c ", Some("a.b.c")),
            (b"\xef\xbb\xbfa.b.c\r\n", Some("a.b.c")),
            (b"\xff\xfea\0.\0b\0", Some("a.b")),
            (br#"{"value":"a.b.c"}"#, Some("a.b.c")),
            (b"", None),
            (b"\n", None),
            (b"\xff", None),
        ] {
            let found = from_content(bytes).ok();
            assert_eq!(found.as_deref(), expected, "{bytes:?}");
        }
    }
}
