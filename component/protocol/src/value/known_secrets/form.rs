//! The forms in which a secret may come back: as it is, percent-encoded once or twice, escaped in JSON or HTML, each
//! character for itself, or inside base64.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use crate::value::secret::Secret;

/// How many bytes the secret takes at the start of `text`, if it is there, whatever its characters are written as.
pub(super) fn found_at(secret: &str, text: &[u8]) -> Option<usize> {
    // Most of a text is no secret, and this is asked at each of its bytes.
    if is_plainly_another(secret.as_bytes(), text) {
        return None;
    }
    // One character may be written so that the next begins at one place or another, such as a `%`.
    let mut ends = BTreeSet::from([0]);
    for character in secret.chars() {
        let next = ends.iter().flat_map(|end| {
            let rest = text.get(*end..).unwrap_or_default();
            lengths(character, rest).map(move |length| end + length)
        });
        ends = next.collect();
        if ends.is_empty() {
            return None;
        }
    }
    ends.last().copied()
}

/// Whether the text differs from the secret before the first sign by which a character can be written otherwise.
fn is_plainly_another(secret: &[u8], text: &[u8]) -> bool {
    let plain = |byte: &u8| !b"%\\&+".contains(byte);
    let pairs = secret.iter().zip(text).take_while(|(_, byte)| plain(byte));
    pairs.into_iter().any(|(own, byte)| own != byte) || text.is_empty()
}

/// How many bytes the character takes at the start of `text`, in each form in which it stands there.
fn lengths(character: char, text: &[u8]) -> impl Iterator<Item = usize> {
    let mut buffer = [0; 4];
    let plain = character.encode_utf8(&mut buffer).as_bytes();
    [
        text.starts_with(plain).then_some(plain.len()),
        (character == ' ' && text.starts_with(b"+")).then_some(1),
        in_bytes(plain, text, b"%"),
        in_bytes(plain, text, b"%25"),
        in_units(character, text),
        backslashed(character, text),
        entity(character, text),
    ]
    .into_iter()
    .flatten()
}

/// `%C3%A9`, and with the sign itself encoded `%25C3%25A9`.
fn in_bytes(plain: &[u8], text: &[u8], sign: &[u8]) -> Option<usize> {
    let mut end = 0;
    for byte in plain {
        end += number(text.get(end..)?, sign, 2, u32::from(*byte))?;
    }
    Some(end)
}

/// `\u00e9`, as in JSON.
fn in_units(character: char, text: &[u8]) -> Option<usize> {
    let mut end = 0;
    for unit in character.encode_utf16(&mut [0; 2]) {
        end += number(text.get(end..)?, b"\\u", 4, u32::from(*unit))?;
    }
    Some(end)
}

/// `\"`, `\\` and `\/`, as in JSON.
fn backslashed(character: char, text: &[u8]) -> Option<usize> {
    let code = u8::try_from(character).ok()?;
    (b"\"\\/".contains(&code) && text.starts_with(&[b'\\', code])).then_some(2)
}

/// `&amp;`, `&#38;` and `&#x26;`, as in HTML.
fn entity(character: char, text: &[u8]) -> Option<usize> {
    let inside = text.strip_prefix(b"&")?;
    let length = inside.iter().take(10).position(|byte| *byte == b';')?;
    let name = str::from_utf8(inside.get(..length)?).ok()?;
    let is_meant = match name.strip_prefix('#') {
        Some(number) => {
            let hexadecimal = number.strip_prefix(['x', 'X']);
            let code = match hexadecimal {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            code == Ok(u32::from(character))
        }
        None => matches!(
            (name, character),
            ("amp", '&') | ("lt", '<') | ("gt", '>') | ("quot", '"') | ("apos", '\'')
        ),
    };
    is_meant.then_some(length + 2)
}

/// The length of a sign and so many hexadecimal digits, if they say this number.
fn number(text: &[u8], sign: &[u8], digits: usize, expected: u32) -> Option<usize> {
    let text = text.strip_prefix(sign)?.get(..digits)?;
    let found = u32::from_str_radix(str::from_utf8(text).ok()?, 16).ok()?;
    (found == expected).then_some(sign.len() + digits)
}

/// What base64 makes of the text in the middle of another one, in both alphabets: where it starts in a group of three bytes
/// decides how it is written, and the characters at its ends depend on its neighbours.
pub(super) fn base64_forms(text: &str) -> Vec<Secret> {
    let mut forms: Vec<Secret> = Vec::new();
    for before in 0..3_usize {
        let mut bytes = zeroize::Zeroizing::new(vec![0; before]);
        bytes.extend_from_slice(text.as_bytes());
        // Six bits a character.
        let first = (before * 8).div_ceil(6);
        let last = bytes.len() * 8 / 6;
        for encoded in [
            STANDARD_NO_PAD.encode(&*bytes),
            URL_SAFE_NO_PAD.encode(&*bytes),
        ] {
            let encoded = Secret::new(encoded);
            let inner = Secret::new(encoded.expose().get(first..last).unwrap_or_default());
            if !inner.is_empty() && !forms.contains(&inner) {
                forms.push(inner);
            }
        }
    }
    forms
}
