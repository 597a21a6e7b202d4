//! A file's bytes without what tools put around them to carry them as text.
//!
//! Key Vault and pipeline variables hold a PFX as base64, `.env` files and JSON a PEM whose line ends became `\n`, Windows
//! PowerShell writes text as UTF-16.

use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use super::pem::is_pem;
use crate::value::json;

/// Base64 of base64 happens; more than that is no file.
const DEEPEST: usize = 3;

/// The PEM or DER in the content; the content itself where nothing is around it.
pub(super) fn unwrapped(content: &[u8]) -> Zeroizing<Vec<u8>> {
    peeled(content, DEEPEST).unwrap_or_else(|| Zeroizing::new(content.to_vec()))
}

fn peeled(content: &[u8], depth: usize) -> Option<Zeroizing<Vec<u8>>> {
    let text = text::decode(content).ok()?;
    if is_pem(text.as_bytes()) {
        return Some(with_line_ends(&text));
    }
    let inner = match member(&text) {
        Some(member) => Zeroizing::new(member.into_bytes()),
        None => decoded(&text)?,
    };
    match depth {
        0 => None,
        depth => peeled(&inner, depth - 1).or(Some(inner)),
    }
}

/// With real line ends in the place of those that were written out.
fn with_line_ends(text: &str) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(text.as_bytes().to_vec());
    for written in ["\\\\r\\\\n", "\\\\n", "\\r\\n", "\\n"] {
        if text.contains(written) {
            bytes = Zeroizing::new(text.replace(written, "\n").into_bytes());
            break;
        }
    }
    bytes
}

/// The value of a secret as `az keyvault secret show` prints it.
fn member(text: &str) -> Option<String> {
    if !text.trim_start().starts_with('{') {
        return None;
    }
    let object = json::object(text.as_bytes()).ok()?;
    Some(object.get("value")?.as_str()?.to_owned())
}

fn decoded(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let text = text::word(text);
    // RFC 2397, as browsers and portals hand over a file.
    let text = match text.strip_prefix("data:") {
        Some(rest) => rest.split_once(";base64,")?.1,
        None => text,
    };
    let mut base64 = Zeroizing::new(Vec::with_capacity(text.len()));
    base64.extend(
        text.replace("\\n", "")
            .bytes()
            .filter(|byte| !byte.is_ascii_whitespace())
            .map(|byte| match byte {
                b'-' => b'+',
                b'_' => b'/',
                byte => byte,
            }),
    );
    let bytes = LENIENT.decode(base64.as_slice()).ok()?;
    (!bytes.is_empty()).then(|| Zeroizing::new(bytes))
}

/// With padding or without.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
