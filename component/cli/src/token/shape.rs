//! A token as a program wants it: bare, or as a document with its times and scopes.

use serde_json::{Value, json};

use super::az;
use crate::bindings::tokens::{Origin, Token};
use crate::output::civil_time;
use crate::output::error::Error;
use crate::output::json::to_json;
use crate::output::yaml::to_yaml;

/// What `--output` names, and `--json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// What `az account get-access-token` prints.
    Az,
    CamelCaseJson,
    Json,
    Token,
    Yaml,
}

/// Which of the tokens that came together.
#[derive(Clone, Copy)]
pub(crate) enum Wanted<'a> {
    AccessToken,
    /// For the client itself; no API takes it.
    IdToken(&'a str),
}

impl<'a> Wanted<'a> {
    /// The token itself.
    pub(crate) fn text(self, token: &'a Token) -> &'a str {
        match self {
            Self::AccessToken => &token.access_token,
            Self::IdToken(id_token) => id_token,
        }
    }

    fn added_to(self, mut document: Value, name: &str) -> Value {
        if let (Self::IdToken(id_token), Value::Object(members)) = (self, &mut document) {
            members.insert(name.to_owned(), Value::from(id_token));
        }
        document
    }
}

impl Shape {
    /// The token as a text. `tenant` is the profile's, for a token that names none.
    pub(crate) fn text(
        self,
        token: &Token,
        wanted: Wanted<'_>,
        tenant: &str,
    ) -> Result<String, Error> {
        let snake_case = || wanted.added_to(snake_case(token), "id_token");
        Ok(match self {
            Self::Az => to_json(&az::document(token, tenant)?),
            Self::Token => wanted.text(token).to_owned(),
            Self::Json => to_json(&snake_case()),
            Self::Yaml => to_yaml(&snake_case()),
            Self::CamelCaseJson => to_json(&wanted.added_to(camel_case(token), "idToken")),
        })
    }
}

fn camel_case(token: &Token) -> Value {
    let document = json!({
        "accessToken": token.access_token,
        "expiresOn": civil_time::rfc3339(token.expires_at),
        "tokenType": token.token_type,
        "scopes": token.scopes,
    });
    with_account(document, token)
}

fn snake_case(token: &Token) -> Value {
    let document = json!({
        "token_type": token.token_type,
        "scope": token.scopes.join(" "),
        "expires_in": token.expires_in,
        "access_token": token.access_token,
        "expires_at": civil_time::rfc3339(token.expires_at),
        "from_cache": token.origin == Origin::Cache,
    });
    with_account(document, token)
}

/// Whose token it is, if it is a person's.
fn with_account(mut document: Value, token: &Token) -> Value {
    if let (Some(account), Value::Object(members)) = (&token.account, &mut document) {
        members.insert("account".to_owned(), Value::from(account.as_str()));
    }
    document
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn token() -> Token {
        Token {
            access_token: "abc".to_owned(),
            token_type: "Bearer".to_owned(),
            scopes: vec!["api://x/read".to_owned(), "api://x/write".to_owned()],
            obtained_at: 1_766_932_201,
            expires_at: 1_766_935_800,
            expires_in: 3_599,
            origin: Origin::Cache,
            account: None,
            id_token: None,
            notices: Vec::new(),
        }
    }

    #[test]
    fn a_persons_token_says_whose_it_is() {
        let mut token = token();
        token.account = Some("alice@contoso.com".to_owned());
        for (shape, expected) in [
            (Shape::Json, "\"account\": \"alice@contoso.com\""),
            (Shape::CamelCaseJson, "\"account\": \"alice@contoso.com\""),
            (Shape::Yaml, "account: alice@contoso.com"),
        ] {
            assert!(
                shape
                    .text(&token, Wanted::AccessToken, "t")
                    .unwrap()
                    .contains(expected)
            );
        }
    }

    #[test]
    fn each_shape_has_its_documented_members() {
        for (shape, expected) in [
            (Shape::Token, "abc"),
            (
                Shape::Json,
                "{\n  \"token_type\": \"Bearer\",\n  \"scope\": \"api://x/read api://x/write\",\n  \
                 \"expires_in\": 3599,\n  \"access_token\": \"abc\",\n  \
                 \"expires_at\": \"2025-12-28T15:30:00Z\",\n  \"from_cache\": true\n}",
            ),
            (
                Shape::Yaml,
                "token_type: Bearer\nscope: \"api://x/read api://x/write\"\nexpires_in: 3599\n\
                 access_token: abc\nexpires_at: \"2025-12-28T15:30:00Z\"\nfrom_cache: true\n",
            ),
            (
                Shape::CamelCaseJson,
                "{\n  \"accessToken\": \"abc\",\n  \"expiresOn\": \"2025-12-28T15:30:00Z\",\n  \
                 \"tokenType\": \"Bearer\",\n  \"scopes\": [\n    \"api://x/read\",\n    \
                 \"api://x/write\"\n  ]\n}",
            ),
        ] {
            assert_eq!(
                shape.text(&token(), Wanted::AccessToken, "t").unwrap(),
                expected
            );
        }
    }
}
