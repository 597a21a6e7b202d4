//! The API that a token is for, as callers name it: the scope of a token without its last part.

use crate::output::error::Error;
use crate::profile::fields;

/// Everything that was granted.
const DEFAULT: &str = "/.default";

/// What an option names. Scopes are understood too.
pub(super) fn named(text: &str) -> Result<String, Error> {
    let resource = text.trim().strip_suffix(DEFAULT).unwrap_or(text.trim());
    match fields::scopes(&scope(resource))?.as_slice() {
        [_] if !resource.is_empty() => Ok(resource.to_owned()),
        _ => Err(Error::bad_arguments(
            format!("`{text}` is not the name of one API"),
            "give `--allow` for each, such as `--allow api://your-api-id`",
        )),
    }
}

/// That of a scope, if the scope says it: a bare word is one of Microsoft Graph.
pub(super) fn of_scope(scope: &str) -> Option<String> {
    let (resource, _) = scope.rsplit_once('/')?;
    let is_whole = !resource.is_empty() && !resource.ends_with([':', '/']);
    is_whole.then(|| resource.to_owned())
}

/// The scope that means all of it.
pub(super) fn scope(resource: &str) -> String {
    format!("{resource}{DEFAULT}")
}

/// Whether they are the same API: both forms with and without a slash at the end are in use.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    let bare = |text: &str| text.strip_suffix('/').unwrap_or(text).to_owned();
    bare(one) == bare(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_says_whose_it_is() {
        for (scope, expected) in [
            ("api://your-api-id/.default", Some("api://your-api-id")),
            ("api://your-api-id/read", Some("api://your-api-id")),
            (
                "https://contoso.com/api/read",
                Some("https://contoso.com/api"),
            ),
            (
                "https://graph.microsoft.com/.default",
                Some("https://graph.microsoft.com"),
            ),
            (
                "99999999-8888-7777-6666-555555555555/.default",
                Some("99999999-8888-7777-6666-555555555555"),
            ),
            ("User.Read", None),
            ("api://your-api-id", None),
            ("/x", None),
        ] {
            assert_eq!(of_scope(scope).as_deref(), expected, "{scope}");
        }
    }

    #[test]
    fn an_option_names_a_resource_or_its_scope() {
        for (text, expected) in [
            ("https://vault.azure.net", Some("https://vault.azure.net")),
            (
                "https://management.azure.com/",
                Some("https://management.azure.com/"),
            ),
            ("api://your-api-id/.default", Some("api://your-api-id")),
            ("api://a api://b", None),
            ("\"x\"", None),
            ("", None),
        ] {
            assert_eq!(named(text).ok().as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn one_slash_makes_no_other_resource() {
        for (one, other, expected) in [
            ("https://vault.azure.net", "https://vault.azure.net/", true),
            ("https://vault.azure.net/", "https://vault.azure.net", true),
            (
                "https://vault.azure.net",
                "https://vault.azure.net//",
                false,
            ),
            ("https://vault.azure.net", "https://.vault.azure.net", false),
            (
                "https://vault.azure.net",
                "https://vault.azure.net.evil.example",
                false,
            ),
            (
                "https://vault.azure.net",
                "https://vault.azure.net/../x",
                false,
            ),
            ("https://vault.azure.net", "https://VAULT.azure.net", false),
        ] {
            assert_eq!(is_same(one, other), expected, "{one} {other}");
        }
    }
}
