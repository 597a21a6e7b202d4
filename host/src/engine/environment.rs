//! The environment variables that the component gets to see.
//!
//! A short list instead of everything: a variable that the command line does not document is none of its business.

use crate::system::platform;

/// The words of the command line behind the program's name, and the name; what is no Unicode as in [`variables`].
pub(crate) fn arguments() -> Vec<String> {
    let words = std::env::args_os();
    words
        .map(|word| word.to_string_lossy().into_owned())
        .collect()
}

/// Documented in `entra-auth-cli --help` and the README.
const PASSED_ON: &[&str] = &[
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "ACTIONS_ID_TOKEN_REQUEST_URL",
    "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
    "AZURE_AUTHORITY_HOST",
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
    "AZURE_CLIENT_CERTIFICATE_PATH",
    "AZURE_CLIENT_ID",
    "AZURE_CLIENT_SECRET",
    "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN",
    "AZURE_FEDERATED_TOKEN_FILE",
    "AZURE_POD_IDENTITY_AUTHORITY_HOST",
    "AZURE_TENANT_ID",
    "COLUMNS",
    "COMP_LINE",
    "COMP_POINT",
    "DEFAULT_IDENTITY_CLIENT_ID",
    "ENTRA_AUTH_CLI_EXPORT_PASSPHRASE",
    "ENTRA_TOKEN_PROFILE",
    "IDENTITY_ENDPOINT",
    "IDENTITY_HEADER",
    "IDENTITY_SERVER_THUMBPRINT",
    "IMDS_ENDPOINT",
    "MSI_ENDPOINT",
    "MSI_SECRET",
    "NO_COLOR",
    "ProgramData",
    "SYSTEM_ACCESSTOKEN",
    "SYSTEM_OIDCREQUESTURI",
];

/// Names and values. What is no Unicode in a value stands as U+FFFD, by which the component knows that it cannot be read. Where a console cannot show colours, that is said.
pub(crate) fn variables() -> Vec<(&'static str, String)> {
    let given = PASSED_ON.iter().filter_map(|name| {
        Some((
            *name,
            std::env::var_os(name)?.to_string_lossy().into_owned(),
        ))
    });
    let plain = (!platform::shows_colours()).then(|| ("NO_COLOR", "1".to_owned()));
    given.chain(plain).collect()
}
