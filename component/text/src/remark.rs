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
    } else if QUOTES.iter().any(|pair| between(bare, *pair).is_some()) {
        Some("stands in quotation marks")
    } else if PLACEHOLDERS.iter().any(|pair| is_between(bare, pair)) {
        Some("looks like the name of a variable that nobody replaced by its value")
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
