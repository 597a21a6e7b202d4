//! The shape of authorization codes and refresh tokens.

use crate::refusal::Refusal;

/// The text, if it could be one of this tenant's: Entra ID looks at that before anything else.
pub(crate) fn shaped(text: &str) -> Result<&str, Refusal> {
    let rest = text.strip_prefix("1.A").unwrap_or_default();
    let is_base64url = rest
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if rest.len() == 43 && is_base64url {
        Ok(text)
    } else {
        Err(Refusal::invalid_grant(
            9_002_313,
            "The request is malformed.",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortened_and_changed_text_has_not_the_shape() {
        let text = crate::remembered::reference::Shelf::default()
            .keep("1.A", ())
            .unwrap();
        assert_eq!(shaped(&text), Ok(text.as_str()));
        for other in [
            "",
            "code",
            &text[..45],
            &text.replace("1.A", "0.A"),
            &(text.clone() + "!"),
        ] {
            assert_eq!(shaped(other).unwrap_err().code, 9_002_313, "{other}");
        }
    }
}
