//! The token to inspect, from wherever it was put.

use std::io::{IsTerminal, Read, stdin};

use serde_json::Value;

use crate::output::error::Error;

/// Larger than any token; Entra's stay below 100 KiB.
pub(crate) const LIMIT: u32 = 1 << 20;

/// All of stdin, unless somebody would have to type it.
pub(crate) fn piped_stdin() -> Result<Option<String>, Error> {
    if stdin().is_terminal() {
        return Ok(None);
    }
    let token = whole_stdin()?;
    Ok((!token.is_empty()).then_some(token))
}

/// All of stdin.
pub(crate) fn whole_stdin() -> Result<String, Error> {
    from_bytes(&stdin_bytes()?)
}

/// The bytes of stdin.
pub(crate) fn stdin_bytes() -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let read = stdin()
        .lock()
        .take(u64::from(LIMIT))
        .read_to_end(&mut bytes);
    match read {
        Ok(_) => Ok(bytes),
        Err(_) => Err(Error::general(
            "stdin could not be read",
            "name a file instead",
        )),
    }
}

/// The token in a file's bytes.
pub(crate) fn from_bytes(bytes: &[u8]) -> Result<String, Error> {
    text(bytes).map(|text| from_text(&text))
}

/// Text: UTF-8, or UTF-16 as Windows PowerShell's `Out-File` writes it.
pub(crate) fn text(bytes: &[u8]) -> Result<String, Error> {
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => utf_16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf_16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
        _ => String::from_utf8(bytes.to_vec()).ok(),
    };
    text.ok_or_else(|| {
        Error::bad_arguments(
            "the input is no text",
            "give it as UTF-8 or UTF-16 with a byte order mark",
        )
    })
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

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, []) = bytes.as_chunks::<2>() else {
        return None;
    };
    let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
    String::from_utf16(&units).ok()
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
            assert_eq!(from_bytes(bytes).ok().as_deref(), expected, "{bytes:?}");
        }
    }
}
