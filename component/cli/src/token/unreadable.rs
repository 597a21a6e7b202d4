//! Why a token cannot be taken apart, and what it probably is instead. Nothing here quotes it.

use crate::bindings::errors;
use crate::output::error::Error;

/// Something that starts as a JWT and is none.
pub(crate) fn undecodable(token: &str, error: errors::Error) -> Error {
    match error {
        errors::Error::RequestImpossible(problem) => {
            let likely = likely(token).map(str::to_owned).or(problem.hint);
            Error::bad_arguments(
                problem.message,
                likely.unwrap_or_else(|| "check that the token was copied whole".to_owned()),
            )
        }
        error => error.into(),
    }
}

/// Nothing at all.
pub(crate) fn no_token() -> Error {
    Error::bad_arguments(
        "no token provided",
        "the command that should have written it may have failed",
    )
}

/// Something that is no JWT.
pub(crate) fn opaque(token: &str) -> Error {
    Error::bad_arguments(
        format!(
            "invalid token format: no JWT ({} characters)",
            token.chars().count()
        ),
        likely(token).unwrap_or(
            "if it is an opaque access token, only the API that it is meant for can read it",
        ),
    )
}

/// What the first characters say about the rest. The forms are not documented, but have been the same for years.
fn likely(token: &str) -> Option<&'static str> {
    let is_long = token.len() > 200;
    let starts_with = |starts: &[&str]| starts.iter().any(|start| token.starts_with(start));
    if is_long && starts_with(&["Ew"]) {
        Some(
            "it looks like an access token of a personal Microsoft account, encrypted for Microsoft's own APIs: only they can read it",
        )
    } else if is_long && starts_with(&["0.A", "1.A", "M.C", "M.R", "OAQAB", "AQAB"]) {
        Some(
            "it looks like a refresh token or an authorization code: only Entra can read it, and it should be kept secret",
        )
    } else if starts_with(&["PHNhbWw", "PEFzc2VydGlvb", "PD94bWw", "<"]) {
        Some("it looks like a SAML token or another XML document, not a JWT")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_about_tokens_do_not_quote_them() {
        let error = opaque("s3cr3t-opaque-token");
        assert_eq!(
            error.message,
            "invalid token format: no JWT (19 characters)"
        );
    }

    #[test]
    fn what_is_no_jwt_is_told_by_its_beginning() {
        for (beginning, expected) in [
            ("EwB4A8l6BAAU", "personal Microsoft account"),
            ("0.AXoAIe", "refresh token"),
            ("1.AVgA", "refresh token"),
            ("M.C543_BAY", "refresh token"),
            ("PHNhbWw6QXNzZXJ0aW9u", "SAML"),
            ("<saml:Assertion", "SAML"),
            ("c2VjcmV0", "opaque access token"),
        ] {
            let token = format!("{beginning}{}", "x".repeat(300));
            let hint = opaque(&token).hint.unwrap_or_default();
            assert!(hint.contains(expected), "{beginning}: {hint}");
        }
        let hint = opaque("Ewing").hint.unwrap_or_default();
        assert!(hint.contains("opaque access token"), "{hint}");
    }

    #[test]
    fn a_refresh_token_with_dots_is_no_broken_jwt() {
        let problem = || {
            errors::Error::RequestImpossible(errors::Problem {
                message: "invalid token format: part 1 is not base64url".to_owned(),
                hint: None,
            })
        };
        let token = format!("0.AXoA.{}.x", "y".repeat(300));
        let hint = undecodable(&token, problem()).hint.unwrap_or_default();
        assert!(hint.contains("refresh token"), "{hint}");
        let hint = undecodable("eyJx", problem()).hint.unwrap_or_default();
        assert!(hint.contains("copied whole"), "{hint}");
    }
}
