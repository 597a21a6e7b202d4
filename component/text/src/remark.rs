//! What is odd about the form of a secret, for whoever wonders why it was refused.

use crate::is_invisible;
use crate::word::{QUOTES, between};

/// Words that complete "the secret …", or nothing if its form is ordinary. They never quote it.
pub fn remark(secret: &str) -> Option<&'static str> {
    let bare = secret.trim();
    if secret.contains(char::REPLACEMENT_CHARACTER) {
        Some("has characters that were lost when its encoding was changed")
    } else if secret.ends_with(['\r', '\n']) {
        Some("ends in a line break")
    } else if bare.len() < secret.len() {
        Some("begins or ends with a blank or a line break")
    } else if bare.contains(['\r', '\n']) {
        Some("has more than one line")
    } else if bare.ends_with("\\n") || bare.ends_with("\\r") {
        Some("ends in a line break that is written out, as in JSON")
    } else if QUOTES.iter().any(|pair| between(bare, *pair).is_some()) {
        Some("stands in quotation marks")
    } else if bare.starts_with(['"', '\'']) || bare.ends_with(['"', '\'']) {
        Some("has a quotation mark at one end")
    } else if PLACEHOLDERS.iter().any(|pair| is_between(bare, pair)) || is_variable(bare) {
        Some("looks like the name of a variable that nobody replaced by its value")
    } else if bare.starts_with("@Microsoft.KeyVault(") {
        Some("is a reference to a key vault that App Service could not resolve")
    } else if is_assignment(bare) {
        Some("begins with the name of its variable")
    } else if !bare.is_empty()
        && bare
            .chars()
            .all(|character| matches!(character, '*' | '•' | '●'))
    {
        Some("is a row of asterisks, as logs and forms show in its place")
    } else if secret
        .chars()
        .any(|character| character.is_control() || is_invisible(character))
    {
        Some("has an invisible character, such as a byte order mark")
    } else {
        None
    }
}

fn is_between(text: &str, (open, close): &(&str, &str)) -> bool {
    text.strip_prefix(open)
        .is_some_and(|rest| rest.ends_with(close))
}

/// `$SECRET`, in single quotation marks where a shell should have read it.
fn is_variable(text: &str) -> bool {
    text.strip_prefix('$').is_some_and(is_name)
}

/// `AZURE_CLIENT_SECRET=…`, a whole line of a `.env` file.
fn is_assignment(text: &str) -> bool {
    let name = text.strip_prefix("export ").unwrap_or(text).split_once('=');
    name.is_some_and(|(name, _)| name.contains('_') && is_name(name))
}

/// As variables are called by custom: nothing that is drawn by lot is without small letters.
fn is_name(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    !text.is_empty() && text.bytes().all(is_part)
}

/// Azure Pipelines, shells and GitHub Actions, Octopus Deploy, templates, `cmd.exe`, documents.
const PLACEHOLDERS: [(&str, &str); 6] = [
    ("$(", ")"),
    ("${", "}"),
    ("#{", "}"),
    ("{{", "}}"),
    ("%", "%"),
    ("<", ">"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_odd_form_is_named_and_never_quoted() {
        for (secret, expected) in [
            ("S3cr3t~+/=&% é", None),
            ("", None),
            ("abc8Q~x.y-z_", None),
            ("S3cr3t\n", Some("ends in a line break")),
            ("S3cr3t\r\n", Some("ends in a line break")),
            (" S3cr3t", Some("a blank")),
            ("S3cr3t ", Some("a blank")),
            ("S3cr3t\nS3cr3t", Some("more than one line")),
            ("\"S3cr3t\"", Some("quotation marks")),
            ("'S3cr3t'", Some("quotation marks")),
            ("\u{feff}S3cr3t", Some("invisible")),
            ("S3\u{200b}cr3t", Some("invisible")),
            ("S3cr3t\u{fffd}", Some("lost")),
            ("$(ClientSecret)", Some("variable")),
            ("${{ secrets.S3cr3t }}", Some("variable")),
            ("#{S3cr3t}", Some("variable")),
            ("%S3cr3t%", Some("variable")),
            ("<your-secret>", Some("variable")),
            ("$S3CR3T", Some("variable")),
            ("$S3cr3t", None),
            ("S3cr3t\\n", Some("written out")),
            ("\"S3cr3t", Some("at one end")),
            ("S3cr3t'", Some("at one end")),
            (
                "@Microsoft.KeyVault(SecretUri=https://x.vault.azure.net/secrets/y)",
                Some("key vault"),
            ),
            ("AZURE_CLIENT_SECRET=S3cr3t", Some("its variable")),
            ("export MY_SECRET=S3cr3t", Some("its variable")),
            ("S3C=R3T==", None),
            ("***", Some("asterisks")),
        ] {
            let found = remark(secret);
            match expected {
                Some(part) => assert!(
                    found.is_some_and(|found| found.contains(part)),
                    "{secret:?}: {found:?}"
                ),
                None => assert_eq!(found, None, "{secret:?}"),
            }
            assert!(
                found.is_none_or(|found| !found.contains("S3cr3t")),
                "{secret:?}"
            );
        }
    }
}
