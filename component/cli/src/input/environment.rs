//! The environment that the program was started in.

use std::env;

use text::word;

use crate::output::error::Error;

/// The value of an environment variable, unless it is empty. Names, ids, addresses and paths come without what a `.env` file, a
/// shell or an editor put around them; secrets come as they are.
pub(crate) fn variable(name: &str) -> Option<String> {
    meant(name, env::var(name).ok()?)
}

fn meant(name: &str, value: String) -> Option<String> {
    let value = match AS_THEY_ARE.contains(&name) {
        true => value,
        false => word(&value).to_owned(),
    };
    (!value.is_empty()).then_some(value)
}

/// What is wrong with a secret's form is told once it was refused. A line that is being completed ends where it ends.
const AS_THEY_ARE: [&str; 4] = [
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
    "AZURE_CLIENT_SECRET",
    "COMP_LINE",
    "ENTRA_AUTH_CLI_EXPORT_PASSPHRASE",
];

/// Refuse variables that are no text: a host hands over what it cannot read with U+FFFD in its place, and nothing that is meant
/// here has that character.
pub(crate) fn check() -> Result<(), Error> {
    match env::vars_os().find(|(_, value)| is_unreadable(&value.to_string_lossy())) {
        None => Ok(()),
        Some((name, _)) => Err(Error::bad_arguments(
            format!(
                "the variable `{}` is no text in UTF-8",
                name.to_string_lossy()
            ),
            "set it again from a terminal or a file in UTF-8; accents in Latin-1 are what most often goes wrong",
        )),
    }
}

/// Whether a host could not read all of it.
pub(crate) fn is_unreadable(text: &str) -> bool {
    text.contains(char::REPLACEMENT_CHARACTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_bare_and_secrets_are_as_they_are() {
        for (name, value, expected) in [
            ("AZURE_TENANT_ID", "contoso.com\r\n", Some("contoso.com")),
            ("AZURE_TENANT_ID", "\"contoso.com\"", Some("contoso.com")),
            ("AZURE_CLIENT_ID", "\u{feff}c ", Some("c")),
            ("AZURE_AUTHORITY_HOST", "'https://a.b'", Some("https://a.b")),
            (
                "AZURE_CLIENT_CERTIFICATE_PATH",
                "\"/c.pem\"\n",
                Some("/c.pem"),
            ),
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "t\n", Some("t")),
            ("AZURE_TENANT_ID", "\"\"", None),
            ("AZURE_TENANT_ID", " \r\n", None),
            ("AZURE_CLIENT_SECRET", "\"s\"\n", Some("\"s\"\n")),
            ("AZURE_CLIENT_SECRET", "", None),
            ("AZURE_CLIENT_CERTIFICATE_PASSWORD", " p ", Some(" p ")),
            ("ENTRA_AUTH_CLI_EXPORT_PASSPHRASE", "p\n", Some("p\n")),
            (
                "COMP_LINE",
                "entra-auth-cli get-token ",
                Some("entra-auth-cli get-token "),
            ),
        ] {
            let found = meant(name, value.to_owned());
            assert_eq!(found.as_deref(), expected, "{name} {value:?}");
        }
    }
}
