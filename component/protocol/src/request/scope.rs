//! What a token is for: permissions of one API.
//!
//! [RFC 6749 section 3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3) and
//! [scopes](https://learn.microsoft.com/entra/identity-platform/scopes-oidc). A scope is sent as it was written: slashes are never
//! added, collapsed or removed, since `https://management.azure.com//.default` and the same with one slash are different APIs.

use std::fmt;

use crate::request::client_id::ClientId;
use crate::value::guid::is_guid;
use crate::value::impossible::Impossible;
use crate::value::printable::quoted;

/// The permission that stands for everything which was granted to the app at an API.
const DEFAULT: &str = ".default";

/// The API of scopes that name none.
const GRAPH: &str = "https://graph.microsoft.com";

/// What every sign-in asks for: an id_token, who it is, and a refresh token.
const ADDED_FOR_USER: [&str; 3] = ["openid", "profile", "offline_access"];

/// Scopes of OpenID Connect, which belong to no API.
const OPENID: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// A request has one API's scopes; Graph, the richest, has some 700.
const MOST: usize = 1000;

const EXAMPLE: &str = "for example `api://your-api-id/.default`";

/// One scope, such as `api://your-api-id/read`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope(String);

impl Scope {
    /// Checks the characters of one scope.
    pub fn parse(text: &str) -> Result<Self, Impossible> {
        let is_scope_character =
            |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
        if text.is_empty() || !text.bytes().all(is_scope_character) {
            return Err(Impossible::new(format!(
                "scope {} contains a character that scopes cannot have",
                quoted(text)
            ))
            .with_hint("separate scopes by blanks or commas, and write them without quotes"));
        }
        if ["%2f", "%3a"]
            .iter()
            .any(|encoded| text.to_ascii_lowercase().contains(encoded))
        {
            return Err(
                Impossible::new(format!("scope {} is percent-encoded", quoted(text)))
                    .with_hint("write it as it is registered; it is encoded when it is sent"),
            );
        }
        Ok(Self(text.to_owned()))
    }

    /// The scope as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The API: everything before the last slash, its own last slash included. `None` means Microsoft Graph or OpenID Connect.
    pub fn resource(&self) -> Option<&str> {
        if self.is_bare_resource() {
            return Some(&self.0);
        }
        self.0.rsplit_once('/').map(|(resource, _)| resource)
    }

    /// The permission: everything after the last slash; empty if an API is named without one.
    pub fn permission(&self) -> &str {
        if self.is_bare_resource() {
            return "";
        }
        self.0
            .rsplit_once('/')
            .map_or(&self.0, |(_, permission)| permission)
    }

    /// Whether this asks for everything that was granted at one API.
    pub fn is_default(&self) -> bool {
        self.permission() == DEFAULT
    }

    fn has_resource_of(&self, other: &Self) -> bool {
        self.resource().unwrap_or(GRAPH) == other.resource().unwrap_or(GRAPH)
    }

    fn names_no_permission(&self) -> bool {
        let is_empty = self.permission().is_empty() && !is_guid(&self.0);
        is_empty || (self.resource().is_none() && self.is_default())
    }

    fn is_openid(&self) -> bool {
        OPENID.contains(&self.0.as_str())
    }

    /// `api://your-api-id` has slashes, but none of them ends a resource. A lone GUID is an API's client id.
    fn is_bare_resource(&self) -> bool {
        match self.0.split_once("://") {
            Some((_, rest)) => !rest.contains('/'),
            None => is_guid(&self.0),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Scopes in the order in which they were named, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// Reads scopes separated by blanks, line breaks or commas; none at all is an empty list.
    pub fn parse(text: &str) -> Result<Self, Impossible> {
        Self::parse_all([text])
    }

    /// Reads several texts, each of which may hold several scopes.
    pub fn parse_all<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, Impossible> {
        let separator = |character: char| character == ',' || character.is_ascii_whitespace();
        let mut scopes = Vec::new();
        for text in texts {
            for part in text.split(separator).filter(|part| !part.is_empty()) {
                let scope = Scope::parse(part)?;
                if !scopes.contains(&scope) {
                    scopes.push(scope);
                }
                if scopes.len() > MOST {
                    return Err(Impossible::new(format!("more than {MOST} scopes")));
                }
            }
        }
        Ok(Self(scopes))
    }

    /// The same scopes if an application can ask for them in its own name: exactly one, and it is `{resource}/.default`.
    pub fn for_application(self) -> Result<Self, Impossible> {
        let [scope] = self.0.as_slice() else {
            return Err(self.not_one_for_application());
        };
        match (scope.resource(), scope.permission()) {
            (Some(resource), DEFAULT) if names_something(resource) => Ok(self),
            (Some(resource), "") if names_something(resource) => Err(Impossible::new(format!(
                "scope {} names an API but no permission",
                quoted(&scope.0)
            ))
            .with_hint(format!("use {}", quoted(&default_of(resource))))),
            (Some(resource), _) if names_something(resource) => {
                Err(named_permission(scope, resource))
            }
            (_, DEFAULT | "") => Err(Impossible::new(format!(
                "scope {} names no API",
                quoted(&scope.0)
            ))
            .with_hint(EXAMPLE)),
            _ if scope.is_openid() => Err(Impossible::new(format!(
                "scope {} is about a person who signs in, and client credentials have none",
                quoted(&scope.0)
            ))
            .with_hint(format!("name the API with `/.default`, {EXAMPLE}"))),
            _ => Err(named_permission(scope, GRAPH)),
        }
    }

    /// Refuses an API that is named by its number and without a permission, unless that is the client itself: B2C and APIs
    /// that sign in for themselves are asked so
    /// ([B2C](https://learn.microsoft.com/azure/active-directory-b2c/access-tokens#openid-connect-scopes)).
    pub fn check_own(&self, client_id: &ClientId) -> Result<(), Impossible> {
        let is_other =
            |scope: &&Scope| is_guid(&scope.0) && !scope.0.eq_ignore_ascii_case(client_id.as_str());
        match self.0.iter().find(is_other) {
            None => Ok(()),
            Some(scope) => Err(Impossible::new(format!(
                "scope {} names an API but no permission",
                quoted(&scope.0)
            ))
            .with_hint(format!("use {}", quoted(&default_of(&scope.0))))),
        }
    }

    /// The same scopes if a person can grant them together, which means those of one API, and with the scopes that bring an
    /// id_token and a refresh token. Doing it twice changes nothing.
    pub fn for_user(mut self) -> Result<Self, Impossible> {
        self.check_for_user()?;
        for scope in ADDED_FOR_USER {
            if !self.0.iter().any(|other| other.0 == scope) {
                self.0.push(Scope(scope.to_owned()));
            }
        }
        Ok(self)
    }

    fn check_for_user(&self) -> Result<(), Impossible> {
        let mut scopes = self.0.iter().filter(|scope| !scope.is_openid());
        let Some(first) = scopes.next() else {
            return if self.is_empty() {
                Err(Impossible::new("no scope given").with_hint(EXAMPLE))
            } else {
                Ok(())
            };
        };
        if let Some(scope) = self.0.iter().find(|scope| scope.names_no_permission()) {
            let resource = scope.resource().unwrap_or_default();
            return Err(Impossible::new(format!(
                "scope {} names an API but no permission",
                quoted(&scope.0)
            ))
            .with_hint(format!("use {}", quoted(&default_of(resource)))));
        }
        if let Some(other) = scopes.clone().find(|other| !other.has_resource_of(first)) {
            return Err(Impossible::new(format!(
                "scopes {} and {} belong to two APIs, and a token is for one",
                quoted(&first.0),
                quoted(&other.0)
            ))
            .with_hint("ask for one API at a time; the sign-in serves for the others too"));
        }
        let is_default = first.is_default();
        if let Some(other) = scopes.find(|other| other.is_default() != is_default) {
            return Err(Impossible::new(format!(
                "scopes {} and {} cannot be mixed",
                quoted(&first.0),
                quoted(&other.0)
            ))
            .with_hint("use `/.default` alone, or name each permission"));
        }
        Ok(())
    }

    /// What a managed identity is asked for: the API's name, without the one `/.default` at its end.
    pub fn for_resource(&self) -> Result<&str, Impossible> {
        let [scope] = self.0.as_slice() else {
            return Err(self.not_one_for_application());
        };
        match (scope.resource(), scope.permission()) {
            (Some(resource), DEFAULT | "") if names_something(resource) => Ok(resource),
            _ => Err(Impossible::new(format!(
                "a managed identity cannot ask for scope {}",
                quoted(&scope.0)
            ))
            .with_hint(format!("name the API with `/.default`, {EXAMPLE}"))),
        }
    }

    /// The scopes in order.
    pub fn iter(&self) -> impl Iterator<Item = &Scope> {
        self.0.iter()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As one set in one spelling: sorted, so that order does not matter.
    pub(crate) fn to_sorted(&self) -> Vec<&str> {
        let mut sorted: Vec<&str> = self.0.iter().map(Scope::as_str).collect();
        sorted.sort_unstable();
        sorted
    }

    fn not_one_for_application(&self) -> Impossible {
        let Some(first) = self.0.iter().find(|scope| !scope.is_openid()) else {
            return if self.is_empty() {
                Impossible::new("no scope given")
                    .with_hint(format!("name the API with `/.default`, {EXAMPLE}"))
            } else {
                Impossible::new("client credentials cannot ask for OpenID Connect scopes")
                    .with_hint(format!("name the API with `/.default`, {EXAMPLE}"))
            };
        };
        let mut others = self.0.iter().filter(|scope| !scope.is_openid());
        let is_one_resource = others.all(|scope| scope.resource() == first.resource());
        let hint = match first.resource().filter(|_| is_one_resource) {
            Some(resource) => format!(
                "use {} alone; it brings everything that was granted",
                quoted(&default_of(resource))
            ),
            None => format!("ask for one API at a time, {EXAMPLE}"),
        };
        Impossible::new(format!(
            "client credentials take one scope, got {}",
            quoted(&self.to_string())
        ))
        .with_hint(hint)
    }
}

/// Separated by blanks, as it is sent.
impl fmt::Display for Scopes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, scope) in self.0.iter().enumerate() {
            if position > 0 {
                formatter.write_str(" ")?;
            }
            scope.fmt(formatter)?;
        }
        Ok(())
    }
}

fn named_permission(scope: &Scope, resource: &str) -> Impossible {
    let default = quoted(&default_of(resource));
    // `https://contoso.com/app` may be a permission `app` or an API of that name.
    let hint = if scope.0.starts_with("https://") {
        format!(
            "use {default}, or {} if that is the API's App ID URI",
            quoted(&default_of(&scope.0))
        )
    } else {
        format!("use {default}; it brings every app role that was granted")
    };
    Impossible::new(format!(
        "scope {} names a single permission, which client credentials cannot ask for",
        quoted(&scope.0)
    ))
    .with_hint(hint)
}

/// The resource with `/.default`, keeping the resource's own slash at the end.
fn default_of(resource: &str) -> String {
    format!("{resource}/{DEFAULT}")
}

fn names_something(resource: &str) -> bool {
    resource.bytes().any(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_scopes_in_order_and_once() {
        let rows: [(&str, &[&str], &str); 11] = [
            ("one", &["api://a/.default"], "api://a/.default"),
            (
                "blanks",
                &["api://a/read api://a/write"],
                "api://a/read api://a/write",
            ),
            (
                "commas",
                &["api://a/read,api://a/write"],
                "api://a/read api://a/write",
            ),
            (
                "both and too many",
                &[" ,api://a/read, ,  api://a/write,\n"],
                "api://a/read api://a/write",
            ),
            (
                "several texts",
                &["api://a/write", "api://a/read x"],
                "api://a/write api://a/read x",
            ),
            ("twice", &["b a b", "a"], "b a"),
            (
                "case is kept and counts",
                &["User.Read user.read"],
                "User.Read user.read",
            ),
            (
                "two slashes stay",
                &["https://management.azure.com//.default"],
                "https://management.azure.com//.default",
            ),
            ("line breaks and tabs", &["a\r\nb\tc"], "a b c"),
            ("none", &[""], ""),
            ("no text", &[], ""),
        ];
        for (name, texts, expected) in rows {
            let scopes = Scopes::parse_all(texts.iter().copied()).unwrap();
            assert_eq!(scopes.to_string(), expected, "{name}");
            assert_eq!(scopes.is_empty(), expected.is_empty(), "{name}");
        }
    }

    #[test]
    fn characters_outside_the_grammar_are_refused() {
        let rows = [
            ("double quote", "\"api://a/.default\""),
            ("backslash", "api:\\\\a"),
            ("NUL", "a\0b"),
            ("escape", "a\u{1b}[31m"),
            ("accent", "api://é/.default"),
            ("no-break space", "a\u{a0}b"),
            ("delete", "a\u{7f}"),
            (
                "encoded twice",
                "https%3A%2F%2Fgraph.microsoft.com%2F.default",
            ),
            ("slash encoded", "api://a%2f.default"),
        ];
        for (name, text) in rows {
            let error = Scopes::parse(text).expect_err(name);
            assert!(error.hint().is_some(), "{name}");
            assert!(
                !error.message().contains(['\0', '\u{1b}', '\u{7f}']),
                "{name}"
            );
        }
        let many: String = (0..1001).map(|number| format!("s{number} ")).collect();
        assert!(Scopes::parse(&many).is_err());
    }

    #[test]
    fn a_scope_is_split_at_its_last_slash() {
        let rows = [
            ("api://a/read", Some("api://a"), "read"),
            ("api://a/b/read", Some("api://a/b"), "read"),
            (
                "https://graph.microsoft.com/.default",
                Some("https://graph.microsoft.com"),
                ".default",
            ),
            (
                "https://management.azure.com//.default",
                Some("https://management.azure.com/"),
                ".default",
            ),
            (
                "https://contoso.com/app/.default",
                Some("https://contoso.com/app"),
                ".default",
            ),
            (
                "6dae42f8-4368-4678-94ff-3960e28e3630/.default",
                Some("6dae42f8-4368-4678-94ff-3960e28e3630"),
                ".default",
            ),
            (
                "6dae42f8-4368-4678-94ff-3960e28e3630",
                Some("6dae42f8-4368-4678-94ff-3960e28e3630"),
                "",
            ),
            ("api://a", Some("api://a"), ""),
            ("api://a/", Some("api://a"), ""),
            ("User.Read", None, "User.Read"),
            ("openid", None, "openid"),
            (".default", None, ".default"),
            ("/.default", Some(""), ".default"),
        ];
        for (text, resource, permission) in rows {
            let scope = Scope::parse(text).unwrap();
            assert_eq!(
                (scope.resource(), scope.permission()),
                (resource, permission),
                "{text}"
            );
            assert_eq!(scope.is_default(), permission == ".default", "{text}");
        }
    }

    #[test]
    fn an_application_asks_for_one_api_with_default() {
        for text in [
            "api://your-api-id/.default",
            "https://graph.microsoft.com/.default",
            "https://management.azure.com//.default",
            "6dae42f8-4368-4678-94ff-3960e28e3630/.default",
            "api://a/.default api://a/.default",
            "YourAPI/.default",
        ] {
            assert!(
                Scopes::parse(text).unwrap().for_application().is_ok(),
                "{text}"
            );
        }
        let rows = [
            ("none", "", "no scope given", "api://your-api-id/.default"),
            (
                "named",
                "api://your-api-id/read",
                "`api://your-api-id/read` names a single",
                "`api://your-api-id/.default`",
            ),
            (
                "bare",
                "api://your-api-id",
                "names an API but no permission",
                "`api://your-api-id/.default`",
            ),
            (
                "slash at the end",
                "api://your-api-id/",
                "names an API but no",
                "`api://your-api-id/.default`",
            ),
            (
                "bare GUID",
                "6dae42f8-4368-4678-94ff-3960e28e3630",
                "names an API but no",
                "`6dae42f8-4368-4678-94ff-3960e28e3630/.default`",
            ),
            (
                "Graph's short name",
                "User.Read",
                "names a single",
                "`https://graph.microsoft.com/.default`",
            ),
            (
                "API or permission",
                "https://contoso.com/app",
                "names a single",
                "`https://contoso.com/app/.default` if",
            ),
            (
                "no API",
                ".default",
                "names no API",
                "api://your-api-id/.default",
            ),
            (
                "empty API",
                "/.default",
                "names no API",
                "api://your-api-id/.default",
            ),
            (
                "slashes for an API",
                "//.default",
                "names no API",
                "api://your-api-id/.default",
            ),
            (
                "other case",
                "api://a/.Default",
                "names a single",
                "`api://a/.default`",
            ),
            (
                "sign-in scope",
                "openid",
                "about a person",
                "api://your-api-id/.default",
            ),
            (
                "sign-in scopes",
                "openid profile",
                "OpenID Connect",
                "api://your-api-id/.default",
            ),
            (
                "several of one API",
                "api://a/read api://a/write",
                "got `api://a/read api://a/write`",
                "`api://a/.default` alone",
            ),
            (
                "default and more",
                "api://a/.default offline_access",
                "take one scope",
                "`api://a/.default` alone",
            ),
            (
                "two APIs",
                "api://a/.default api://b/.default",
                "take one scope",
                "one API at a time",
            ),
            (
                "one and two slashes",
                "https://a//.default https://a/.default",
                "take one scope",
                "one API at a time",
            ),
        ];
        for (name, text, message, hint) in rows {
            let error = Scopes::parse(text)
                .unwrap()
                .for_application()
                .expect_err(name);
            assert!(error.message().contains(message), "{name}: {error}");
            assert!(
                error.hint().is_some_and(|given| given.contains(hint)),
                "{name}: {:?}",
                error.hint()
            );
        }
    }

    #[test]
    fn a_sign_in_asks_for_one_api_and_for_what_keeps_it() {
        let rows = [
            (
                "named",
                "api://a/read api://a/write",
                "api://a/read api://a/write openid profile offline_access",
            ),
            (
                "default",
                "api://a/.default",
                "api://a/.default openid profile offline_access",
            ),
            (
                "some are there",
                "offline_access User.Read openid",
                "offline_access User.Read openid profile",
            ),
            (
                "mail",
                "User.Read email",
                "User.Read email openid profile offline_access",
            ),
            (
                "Graph both ways",
                "User.Read https://graph.microsoft.com/Mail.Read",
                "User.Read https://graph.microsoft.com/Mail.Read openid profile offline_access",
            ),
            ("only who it is", "openid", "openid profile offline_access"),
            (
                "two slashes",
                "https://management.azure.com//.default",
                "https://management.azure.com//.default openid profile offline_access",
            ),
        ];
        for (name, text, expected) in rows {
            let scopes = Scopes::parse(text).unwrap().for_user().unwrap();
            assert_eq!(scopes.to_string(), expected, "{name}");
            assert_eq!(scopes.clone().for_user().unwrap(), scopes, "{name}");
        }
        let rows = [
            ("none", "", "no scope given"),
            ("two APIs", "api://a/read api://b/read", "two APIs"),
            ("an API and Graph", "api://a/read User.Read", "two APIs"),
            (
                "slash or none",
                "https://management.azure.com/.default https://management.azure.com//.default",
                "two APIs",
            ),
            (
                "default and named",
                "api://a/.default api://a/read",
                "cannot be mixed",
            ),
            (
                "named and default",
                "openid api://a/read api://a/.default",
                "cannot be mixed",
            ),
            ("bare", "api://a", "no permission"),
            ("bare second", "api://a/read api://a", "no permission"),
            ("default of nothing", ".default", "no permission"),
        ];
        for (name, text, expected) in rows {
            let error = Scopes::parse(text).unwrap().for_user().expect_err(name);
            assert!(error.message().contains(expected), "{name}: {error}");
            assert!(error.hint().is_some(), "{name}");
        }
    }

    #[test]
    fn a_resource_is_a_scope_without_one_suffix() {
        let rows = [
            (
                "https://management.azure.com//.default",
                Some("https://management.azure.com/"),
            ),
            (
                "https://management.azure.com/.default",
                Some("https://management.azure.com"),
            ),
            ("api://a/.default", Some("api://a")),
            ("api://a", Some("api://a")),
            ("api://a/.default/.default", Some("api://a/.default")),
            (
                "6dae42f8-4368-4678-94ff-3960e28e3630",
                Some("6dae42f8-4368-4678-94ff-3960e28e3630"),
            ),
            ("api://a/read", None),
            ("User.Read", None),
            (".default", None),
            ("api://a/.default api://b/.default", None),
            ("", None),
        ];
        for (text, expected) in rows {
            let scopes = Scopes::parse(text).unwrap();
            assert_eq!(scopes.for_resource().ok(), expected, "{text}");
        }
    }
}
