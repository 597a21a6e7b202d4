//! A token as people have it at hand: copied, in a file, in the JSON that `get-token` wrote.

use serde_json::Value;

use crate::input::{stdin, text};
use crate::output::error::Error;

/// All of stdin, unless somebody would have to type it.
pub(crate) fn piped_stdin() -> Result<Option<String>, Error> {
    if stdin::is_terminal() {
        return Ok(None);
    }
    let token = whole_stdin()?;
    Ok((!token.is_empty()).then_some(token))
}

/// All of stdin.
pub(crate) fn whole_stdin() -> Result<String, Error> {
    from_bytes("the input", &stdin::bytes()?)
}

/// The token in a file's bytes; `what` names them in the message if they are no text.
pub(crate) fn from_bytes(what: &str, bytes: &[u8]) -> Result<String, Error> {
    text::decoded(what, bytes).map(|text| from_text(&text))
}

/// The token in a text, which may be the JSON that `get-token` writes.
pub(crate) fn from_text(text: &str) -> String {
    let text = text.trim();
    if !text.starts_with('{') {
        return text.to_owned();
    }
    let member = |value: &Value| {
        ["access_token", "accessToken"]
            .iter()
            .find_map(|name| value.get(name)?.as_str().map(str::to_owned))
    };
    serde_json::from_str(text)
        .ok()
        .as_ref()
        .and_then(member)
        .unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_found_in_every_encoding() {
        let little: &[u8] = &[0xff, 0xfe, b'a', 0, b'.', 0, b'b', 0, b'\r', 0, b'\n', 0];
        let big: &[u8] = &[0xfe, 0xff, 0, b'a', 0, b'.', 0, b'b'];
        for (bytes, expected) in [
            (b"a.b".as_slice(), Some("a.b")),
            (b" a.b \r\n", Some("a.b")),
            (b"\xef\xbb\xbfa.b\n", Some("a.b")),
            (little, Some("a.b")),
            (big, Some("a.b")),
            (b"\xff\xfea", None),
            (b"\xff\x00", None),
            (b"", Some("")),
            (b"Bearer a.b", Some("Bearer a.b")),
            (br#"{"access_token":"a.b","expires_in":1}"#, Some("a.b")),
            (br#"{"accessToken":"a.b"}"#, Some("a.b")),
            (br#"{"token":1}"#, Some(r#"{"token":1}"#)),
        ] {
            assert_eq!(
                from_bytes("the input", bytes).ok().as_deref(),
                expected,
                "{bytes:?}"
            );
        }
    }
}
