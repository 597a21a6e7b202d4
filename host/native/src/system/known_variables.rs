//! The environment variables that this program or a platform gives a meaning to: one list for what the component gets to
//! see and for what programs that are started must not inherit.

/// A variable, and who may see it.
struct Variable {
    name: &'static str,
    reader: Reader,
    content: Content,
}

/// Who reads it.
#[derive(PartialEq, Eq)]
enum Reader {
    /// The component, to which it is passed on. Documented in `entra-auth-cli --help` and the README.
    Component,
    /// The host, or another program than this one.
    Host,
}

/// What is in it.
#[derive(PartialEq, Eq)]
enum Content {
    /// Nothing that has to be kept from anybody.
    Plain,
    /// A secret, or the way to one.
    Secret,
}

/// The variables that the component gets to see: a short list instead of everything, because what the command line does
/// not document is none of its business.
pub(crate) fn passed_on() -> impl Iterator<Item = &'static str> {
    let passed_on = VARIABLES
        .iter()
        .filter(|variable| variable.reader == Reader::Component);
    passed_on.map(|variable| variable.name)
}

/// The variables that a program, and everything that it starts, must not inherit.
pub(crate) fn secrets() -> impl Iterator<Item = &'static str> {
    let secrets = VARIABLES
        .iter()
        .filter(|variable| variable.content == Content::Secret);
    secrets.map(|variable| variable.name)
}

const fn plain(name: &'static str) -> Variable {
    Variable {
        name,
        reader: Reader::Component,
        content: Content::Plain,
    }
}

const fn secret(name: &'static str) -> Variable {
    Variable {
        name,
        reader: Reader::Component,
        content: Content::Secret,
    }
}

const fn secret_elsewhere(name: &'static str) -> Variable {
    Variable {
        name,
        reader: Reader::Host,
        content: Content::Secret,
    }
}

const VARIABLES: &[Variable] = &[
    secret("ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
    plain("ACTIONS_ID_TOKEN_REQUEST_URL"),
    plain("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID"),
    plain("AZURE_AUTHORITY_HOST"),
    secret("AZURE_CLIENT_CERTIFICATE_PASSWORD"),
    plain("AZURE_CLIENT_CERTIFICATE_PATH"),
    plain("AZURE_CLIENT_ID"),
    secret("AZURE_CLIENT_SECRET"),
    plain("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN"),
    plain("AZURE_FEDERATED_TOKEN_FILE"),
    // Of Azure's libraries.
    secret_elsewhere("AZURE_PASSWORD"),
    plain("AZURE_POD_IDENTITY_AUTHORITY_HOST"),
    plain("AZURE_TENANT_ID"),
    plain("BROWSER"),
    plain("CI"),
    plain("COLUMNS"),
    plain("COMP_LINE"),
    plain("COMP_POINT"),
    plain("DEFAULT_IDENTITY_CLIENT_ID"),
    secret_elsewhere("ENTRA_AUTH_CLI_CACHE_KEY"),
    secret("ENTRA_AUTH_CLI_EXPORT_PASSPHRASE"),
    secret_elsewhere("ENTRA_AUTH_CLI_PASSPHRASE"),
    secret_elsewhere("ENTRA_AUTH_CLI_PASSPHRASE_FD"),
    plain("ENTRA_TOKEN_PROFILE"),
    plain("GITHUB_ACTIONS"),
    plain("IDENTITY_ENDPOINT"),
    secret("IDENTITY_HEADER"),
    plain("IDENTITY_SERVER_THUMBPRINT"),
    plain("IMDS_ENDPOINT"),
    plain("JENKINS_URL"),
    plain("MSI_ENDPOINT"),
    secret("MSI_SECRET"),
    plain("NO_COLOR"),
    plain("ProgramData"),
    secret("SYSTEM_ACCESSTOKEN"),
    plain("SYSTEM_OIDCREQUESTURI"),
    plain("TF_BUILD"),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Whose names promise a secret and hold none.
    const HARMLESS: &[&str] = &[
        "ACTIONS_ID_TOKEN_REQUEST_URL",
        "AZURE_FEDERATED_TOKEN_FILE",
        "ENTRA_TOKEN_PROFILE",
    ];

    #[test]
    fn what_is_called_a_secret_is_kept_as_one() {
        for variable in VARIABLES {
            let promises = ["HEADER", "KEY", "PASS", "SECRET", "TOKEN"];
            let promises_secret = promises.iter().any(|part| variable.name.contains(part));
            let is_secret = variable.content == Content::Secret;
            let expected = promises_secret && !HARMLESS.contains(&variable.name);
            assert_eq!(is_secret, expected, "{}", variable.name);
        }
        assert!(
            HARMLESS
                .iter()
                .all(|name| passed_on().any(|one| one == *name))
        );
    }

    #[test]
    fn every_variable_is_listed_once_and_in_order() {
        let names: Vec<_> = VARIABLES.iter().map(|variable| variable.name).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(names, sorted);
    }
}
