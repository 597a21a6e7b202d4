//! What a new profile's fields may hold, with advice for those that may not.

use text::word;

use crate::output::error::BadValue;
use crate::profile::auth_method::AuthMethod;
use crate::profile::demo;
use crate::profile::scopes;

/// Longest name, so that it fits every secret store.
const LONGEST_NAME: usize = 64;

/// Letters, digits, `-` and `_`; not the reserved name.
pub(crate) fn name(text: &str) -> Result<String, BadValue> {
    let allowed = "use letters, digits, `-` and `_`, such as `my-api-client`";
    if text.is_empty() {
        return Err(BadValue::new("the profile name is empty", allowed));
    }
    if text.chars().any(char::is_whitespace) {
        return Err(BadValue::new(
            "invalid profile name: spaces not allowed",
            allowed,
        ));
    }
    if let Some(bad) = text.chars().find(|character| !is_plain(*character)) {
        return Err(BadValue::new(
            format!("invalid profile name: `{}` not allowed", shown(bad)),
            allowed,
        ));
    }
    if text.starts_with('-') {
        return Err(BadValue::new(
            "invalid profile name: it would be taken for an option",
            "start it with a letter or a digit",
        ));
    }
    if text.len() > LONGEST_NAME {
        return Err(BadValue::new(
            format!("invalid profile name: longer than {LONGEST_NAME} characters"),
            "choose a shorter one",
        ));
    }
    if demo::is_reserved(text) {
        return Err(BadValue::new(
            format!("profile name '{}' is reserved", demo::NAME),
            "it is the built-in profile; choose another name",
        ));
    }
    Ok(text.to_owned())
}

/// Whether a shell, whichever it is, reads the text as nothing but a word.
pub(crate) fn is_plain_word(text: &str) -> bool {
    !text.is_empty() && !text.starts_with('-') && text.chars().all(is_plain)
}

/// The name for a profile from elsewhere: its own, or with `-` in place of blanks and dots, which other programs allow.
pub(crate) fn imported_name(text: &str) -> Result<String, BadValue> {
    let words = text.split([' ', '.']).filter(|word| !word.is_empty());
    name(&words.collect::<Vec<_>>().join("-"))
}

const fn is_plain(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_')
}

/// What nobody would see is written as a number.
fn shown(character: char) -> String {
    match character.is_control() || ::text::is_invisible(character) {
        true => character.escape_unicode().to_string(),
        false => character.to_string(),
    }
}

/// A word that may name a saved profile. What cannot is not repeated: it may be a secret in the wrong place.
pub(crate) fn known_name(text: &str) -> Result<String, BadValue> {
    let is_name = (1..=LONGEST_NAME).contains(&text.len()) && is_plain_word(text);
    match is_name {
        true => Ok(text.to_owned()),
        false => Err(BadValue::new(
            "there is a word that belongs to no option",
            "a profile goes by its name, as in `-p NAME`; see `--help` for the options",
        )),
    }
}

/// GUID, domain, `common`, `organizations` or `consumers`.
pub(crate) fn tenant(text: &str) -> Result<String, BadValue> {
    let text = word(text);
    let advice = "give the tenant's id (a GUID) or domain, such as `contoso.onmicrosoft.com`; `common`, `organizations` and `consumers` are for sign-in by people";
    if text.is_empty() {
        return Err(BadValue::new("the tenant id is empty", advice));
    }
    if is_placeholder(text) {
        return Err(BadValue::new("the tenant id is a placeholder", advice));
    }
    let lower = text.to_ascii_lowercase();
    if is_guid(text)
        || is_domain(text)
        || matches!(lower.as_str(), "common" | "organizations" | "consumers")
    {
        return Ok(text.to_owned());
    }
    if text.contains("://") || text.contains('/') {
        return Err(BadValue::new(
            "the tenant id is an address",
            "give only the tenant; another cloud's address goes to `--authority`",
        ));
    }
    Err(BadValue::new(
        "the tenant id is neither a GUID nor a domain",
        advice,
    ))
}

/// A GUID; braces around it are dropped.
pub(crate) fn client_id(text: &str) -> Result<String, BadValue> {
    let text = word(text);
    let advice = "copy \"Application (client) ID\" from the app registration's overview; it looks like 99999999-8888-7777-6666-555555555555";
    let bare = text
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        .unwrap_or(text);
    if is_guid(bare) {
        return Ok(bare.to_owned());
    }
    let problem = if text.is_empty() {
        "the client id is empty"
    } else if is_placeholder(text) {
        "the client id is a placeholder"
    } else if text.starts_with("api://") {
        "the client id is an application id URI"
    } else {
        "the client id is no GUID"
    };
    Err(BadValue::new(problem, advice))
}

/// At least one scope.
pub(crate) fn scopes(text: &str) -> Result<Vec<String>, BadValue> {
    let advice = "such as `api://your-api-id/.default`, separated by spaces or commas";
    let scopes = scopes::split(text);
    if scopes.is_empty() {
        return Err(BadValue::new("no scope is given", advice));
    }
    if let Some(bad) = scopes.iter().find(|scope| !is_scope(scope)) {
        return Err(BadValue::new(
            format!("`{bad}` is no scope: quotes, backslashes and other alphabets are not allowed"),
            advice,
        ));
    }
    if scopes.iter().any(|scope| is_placeholder(scope)) {
        return Err(BadValue::new("the scope is a placeholder", advice));
    }
    match scopes.iter().find(|scope| is_name_of_api(scope)) {
        Some(api) => Err(BadValue {
            instead: Some(format!("api://{api}/.default")).filter(|_| scopes.len() == 1),
            ..BadValue::new(
                format!("`{api}` names no API, so Entra would take it for Microsoft Graph's"),
                format!("for all that was granted, did you mean `api://{api}/.default`?"),
            )
        }),
        None => Ok(scopes),
    }
}

/// Scopes that a profile keeps: an API that is named without a permission would only fail later. To managed identities it is the
/// resource, and does.
pub(crate) fn scopes_to_keep(
    text: &str,
    method: Option<AuthMethod>,
) -> Result<Vec<String>, BadValue> {
    let scopes = scopes(text)?;
    let is_managed = method == Some(AuthMethod::ManagedIdentity);
    let names_api = |scope: &&String| !is_managed && names_no_permission(scope);
    match scopes.iter().find(names_api) {
        Some(api) => {
            let all = format!("{}/.default", api.trim_end_matches('/'));
            Err(BadValue {
                instead: Some(all.clone()).filter(|_| scopes.len() == 1),
                ..BadValue::new(
                    format!("scope `{api}` names an API but no permission"),
                    format!("for all that was granted, did you mean `{all}`?"),
                )
            })
        }
        None => Ok(scopes),
    }
}

fn names_no_permission(scope: &str) -> bool {
    let api = scope.strip_prefix("api://").unwrap_or_default();
    !api.is_empty() && !api.trim_end_matches('/').contains('/')
}

/// A bare word is a scope of Microsoft Graph to Entra. Those are written `User.Read`, and with hyphens none is.
fn is_name_of_api(scope: &str) -> bool {
    let is_bare = scope
        .chars()
        .all(|character| character.is_ascii_alphanumeric() || character == '-');
    is_bare && scope.contains('-')
}

/// An http address on loopback (RFC 8252 section 7.3).
pub(crate) fn redirect_uri(text: &str) -> Result<String, BadValue> {
    let is_loopback = ["http://localhost", "http://127.0.0.1", "http://[::1]"]
        .iter()
        .filter_map(|start| text.strip_prefix(start))
        .any(|rest| rest.is_empty() || rest.starts_with([':', '/']));
    if is_loopback {
        Ok(text.to_owned())
    } else {
        Err(BadValue::new(
            "the redirect URI does not lead back to this machine",
            "use `http://localhost`, with a port if the app registration has one",
        ))
    }
}

/// 32 hexadecimal digits in five groups.
pub(crate) fn is_guid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    lengths == [8, 4, 4, 4, 12]
        && groups
            .iter()
            .all(|group| group.chars().all(|character| character.is_ascii_hexdigit()))
}

fn is_domain(text: &str) -> bool {
    let labels: Vec<&str> = text.split('.').collect();
    labels.len() > 1
        && labels.iter().all(|label| {
            !label.is_empty()
                && label
                    .chars()
                    .all(|character| character.is_alphanumeric() || character == '-')
        })
}

/// RFC 6749 section 3.3: `scope-token`.
fn is_scope(text: &str) -> bool {
    text.bytes()
        .all(|byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
}

/// As documents write them: `<client-app-id>`.
fn is_placeholder(text: &str) -> bool {
    text.contains(['<', '>'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem<T>(result: Result<T, BadValue>) -> Option<String> {
        result.err().map(|bad| bad.message)
    }

    #[test]
    fn names_are_checked() {
        for (text, expected) in [
            ("my-api-client", None),
            ("my_profile", None),
            ("A1", None),
            (
                "My Profile",
                Some("invalid profile name: spaces not allowed"),
            ),
            ("my/profile", Some("invalid profile name: `/` not allowed")),
            ("my@profile", Some("invalid profile name: `@` not allowed")),
            ("", Some("the profile name is empty")),
            (
                "-x",
                Some("invalid profile name: it would be taken for an option"),
            ),
            ("demo", Some("profile name 'demo' is reserved")),
            ("Demo", Some("profile name 'demo' is reserved")),
        ] {
            assert_eq!(problem(name(text)).as_deref(), expected, "{text}");
        }
        assert!(name(&"a".repeat(64)).is_ok());
        assert!(name(&"a".repeat(65)).is_err());
    }

    #[test]
    fn a_name_from_elsewhere_is_one_of_ours_or_refused() {
        for (text, expected) in [
            ("prod", Some("prod")),
            ("My Profile", Some("My-Profile")),
            ("eu.prod  2", Some("eu-prod-2")),
            ("prod$(touch PWN)", None),
            ("qa;touch$IFS", None),
            ("`id`", None),
            ("prod\u{200b}", None),
            ("\u{202e}prod", None),
            ("prod\u{7}", None),
            ("-o", None),
            ("demo", None),
            (" ", None),
        ] {
            assert_eq!(imported_name(text).ok().as_deref(), expected, "{text:?}");
        }
        let message = name("prod\u{200b}").unwrap_err().message;
        assert_eq!(message, "invalid profile name: `\\u{200b}` not allowed");
    }

    #[test]
    fn tenants_are_checked() {
        for (text, expected) in [
            ("11111111-2222-3333-4444-555555555555", None),
            ("contoso.onmicrosoft.com", None),
            ("common", None),
            ("\"contoso.com\"\r\n", None),
            ("\u{200b}contoso.com", None),
            ("organizations", None),
            ("consumers", None),
            ("", Some("the tenant id is empty")),
            ("<tenant>", Some("the tenant id is a placeholder")),
            (
                "https://login.microsoftonline.com/contoso.com",
                Some("the tenant id is an address"),
            ),
            (
                "contoso",
                Some("the tenant id is neither a GUID nor a domain"),
            ),
            (
                "contoso..com",
                Some("the tenant id is neither a GUID nor a domain"),
            ),
        ] {
            assert_eq!(problem(tenant(text)).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn client_ids_are_checked() {
        for (text, expected) in [
            ("99999999-8888-7777-6666-555555555555", None),
            ("{99999999-8888-7777-6666-55555555ABCD}", None),
            ("", Some("the client id is empty")),
            ("<client-app-id>", Some("the client id is a placeholder")),
            (
                "api://your-api-id",
                Some("the client id is an application id URI"),
            ),
            ("my-app", Some("the client id is no GUID")),
            (
                "99999999-8888-7777-6666-55555555555g",
                Some("the client id is no GUID"),
            ),
        ] {
            assert_eq!(problem(client_id(text)).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn scopes_and_redirect_uris_are_checked() {
        for (text, is_good) in [
            ("api://a/.default", true),
            ("User.Read offline_access", true),
            ("", false),
            ("api://<your-api>/.default", false),
            ("your-api-id", false),
            ("99999999-8888-7777-6666-555555555555", false),
            ("99999999-8888-7777-6666-555555555555/.default", true),
            ("\"api://a/.default\"", false),
        ] {
            assert_eq!(scopes(text).is_ok(), is_good, "{text}");
        }
        for (text, is_good) in [
            ("api://a", false),
            ("api://a/", false),
            ("api://a/read", true),
            ("api://contoso.com/a", true),
            ("https://vault.azure.net", true),
        ] {
            assert_eq!(scopes_to_keep(text, None).is_ok(), is_good, "{text}");
            let managed = scopes_to_keep(text, Some(AuthMethod::ManagedIdentity));
            assert!(managed.is_ok(), "{text}");
        }
        let hint = scopes("your-api-id").unwrap_err().hint.unwrap();
        assert!(hint.contains("`api://your-api-id/.default`"), "{hint}");
        for (text, is_good) in [
            ("http://localhost", true),
            ("http://localhost:8080/callback", true),
            ("http://127.0.0.1:5000", true),
            ("http://localhost.evil.example", false),
            ("https://contoso.com", false),
            ("", false),
        ] {
            assert_eq!(redirect_uri(text).is_ok(), is_good, "{text}");
        }
    }
}
