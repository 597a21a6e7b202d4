//! Text as the shells of all systems write it.

use crate::output::error::Error;

/// Larger than any token; Entra's stay below 100 KiB.
pub(crate) const LIMIT: u32 = 1 << 20;

/// Text: UTF-8, or UTF-16 as Windows PowerShell's `Out-File` writes it.
pub(crate) fn decoded(bytes: &[u8]) -> Result<String, Error> {
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

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, []) = bytes.as_chunks::<2>() else {
        return None;
    };
    let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
    String::from_utf16(&units).ok()
}
