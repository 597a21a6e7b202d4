//! A file of certificate authorities, read as everybody reads bundles: what is usable counts, whatever else is in it.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rustls_pki_types::CertificateDer;
use webpki::anchor_from_trusted_cert;

use super::super::cause::{Cause, of_system};
use crate::capability::bindings::entra_auth::core::errors::Fault;

/// What a file holds.
#[derive(Debug, Default)]
pub(super) struct Bundle {
    pub(super) authorities: Vec<CertificateDer<'static>>,
    /// Certificates that cannot be used.
    pub(super) skipped: usize,
}

/// The authorities in the file that `variable` names; there is at least one.
pub(super) fn read(variable: &str, path: &Path) -> Result<Bundle, Cause> {
    let content = fs::read(path).map_err(|error| {
        unusable(
            variable,
            path,
            &format!("which cannot be read: {}", of_system(&error)),
            "correct the path, or unset the variable",
        )
    })?;
    let bundle = parse(&content);
    match bundle.authorities.is_empty() {
        false => Ok(bundle),
        true => {
            let (why, hint) = no_certificate(&content, bundle.skipped);
            Err(unusable(variable, path, &why, hint))
        }
    }
}

/// What there is instead, and what to do about it.
fn no_certificate(content: &[u8], skipped: usize) -> (String, &'static str) {
    let text = as_text(content);
    let has = |label: &str| text.contains(&format!("-----BEGIN {label}"));
    let begins_with = first_number(content);
    if has("PKCS7") || has("CMS") || is_signed_data(content) {
        return (
            "which is a PKCS#7 file".to_owned(),
            "turn it into certificates: `openssl pkcs7 -print_certs -in FILE -out ca.pem`, with `-inform DER` if it is no text",
        );
    }
    if begins_with == Some(PFX_VERSION) {
        return (
            "which is a PKCS#12 file".to_owned(),
            "turn it into certificates: `openssl pkcs12 -in FILE -nokeys -out ca.pem`",
        );
    }
    let is_key = |number| KEY_VERSIONS.contains(&number);
    let holds_key = match skipped {
        0 => has("PRIVATE KEY") || has("RSA PRIVATE KEY") || has("EC PRIVATE KEY"),
        _ => begins_with.is_some_and(is_key),
    };
    let what = match skipped {
        _ if content.is_empty() => "which is empty".to_owned(),
        _ if holds_key => "which holds a private key and no certificate".to_owned(),
        0 => "which holds no certificate".to_owned(),
        1 => "whose certificate cannot be used: it is damaged".to_owned(),
        several => {
            format!("none of whose {several} certificates can be used: they are damaged")
        }
    };
    (
        what,
        "a file of certificates as text (PEM) is meant, or a single one (DER)",
    )
}

pub(super) fn unusable(variable: &str, path: &Path, why: &str, hint: &str) -> Cause {
    Cause::new(
        Fault::Other,
        format!("`{variable}` names `{}`, {why}", path.display()),
        hint,
    )
}

fn parse(content: &[u8]) -> Bundle {
    let mut bundle = Bundle::default();
    if let Some(certificate) = first_element(content) {
        bundle.take(certificate);
        return bundle;
    }
    let text = as_text(content);
    let mut rest = text.as_str();
    let mut blocks = 0;
    while let Some((body, behind)) = next_block(rest) {
        bundle.take_text(body);
        rest = behind;
        blocks += 1;
    }
    if blocks == 0 && !text.contains("-----BEGIN") {
        // DER in base64, without the lines around it.
        if let Some(der) = decoded(&text).filter(|der| !der.is_empty()) {
            bundle.take(&der);
        }
    }
    bundle
}

impl Bundle {
    fn take_text(&mut self, body: &str) {
        match decoded(body) {
            // What follows in a `TRUSTED CERTIFICATE` is OpenSSL's own.
            Some(der) => self.take(first_element(&der).unwrap_or(&der)),
            None => self.skipped += 1,
        }
    }

    fn take(&mut self, der: &[u8]) {
        let certificate = CertificateDer::from(der.to_vec());
        match anchor_from_trusted_cert(&certificate).is_ok() {
            true if self.authorities.contains(&certificate) => {}
            true => self.authorities.push(certificate),
            false => self.skipped += 1,
        }
    }
}

/// What stands between the lines that begin and end a certificate (RFC 7468 section 5), and what follows. A block whose end
/// is missing ends where the next one begins.
fn next_block(text: &str) -> Option<(&str, &str)> {
    let begin = BEGIN
        .iter()
        .filter_map(|label| Some((text.find(label)?, label.len())))
        .min()?;
    let body = text.get(begin.0 + begin.1..)?;
    let end = body.find("-----").unwrap_or(body.len());
    Some((body.get(..end)?, body.get(end..)?))
}

const BEGIN: [&str; 3] = [
    "-----BEGIN CERTIFICATE-----",
    "-----BEGIN TRUSTED CERTIFICATE-----",
    "-----BEGIN X509 CERTIFICATE-----",
];

fn decoded(text: &str) -> Option<Vec<u8>> {
    let packed: String = text
        .replace("\\r", "")
        .replace("\\n", "")
        .chars()
        .filter(|character| !character.is_whitespace())
        .collect();
    BASE64_STANDARD.decode(packed).ok()
}

/// The DER element that `content` begins with, if it is a sequence (X.690 section 8.1).
fn first_element(content: &[u8]) -> Option<&[u8]> {
    let (length, header) = match content {
        [0x30, 0x81, length, ..] => (usize::from(*length), 3),
        [0x30, 0x82, high, low, ..] => (usize::from(u16::from_be_bytes([*high, *low])), 4),
        _ => return None,
    };
    content.get(..header + length)
}

/// The number that a sequence begins with, which certificates do not: keys and the like tell their version by it.
fn first_number(content: &[u8]) -> Option<u8> {
    let ([0x30, 0..=0x80, within @ ..]
    | [0x30, 0x81, _, within @ ..]
    | [0x30, 0x82, _, _, within @ ..]
    | [0x30, 0x83, _, _, _, within @ ..]) = content
    else {
        return None;
    };
    match within {
        [0x02, 0x01, number, ..] => Some(*number),
        _ => None,
    }
}

/// RFC 7292 section 4.
const PFX_VERSION: u8 = 3;

/// RFC 5958 section 2, RFC 8017 appendix A.1.2 and RFC 5915 section 3.
const KEY_VERSIONS: [u8; 2] = [0, 1];

/// `ContentInfo` with the type `signedData` (RFC 2315 section 14).
fn is_signed_data(content: &[u8]) -> bool {
    const SIGNED_DATA: [u8; 11] = [
        0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02,
    ];
    content
        .get(..24)
        .is_some_and(|start| start.windows(11).any(|window| window == SIGNED_DATA))
}

/// UTF-8 or UTF-16, with or without a mark; other bytes do not matter here.
fn as_text(content: &[u8]) -> String {
    let units = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes
            .chunks_exact(2)
            .filter_map(|pair| pair.try_into().ok());
        String::from_utf16_lossy(&units.map(unit).collect::<Vec<_>>())
    };
    match content {
        [0xff, 0xfe, rest @ ..] => units(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => units(rest, u16::from_be_bytes),
        [b'-', 0, ..] => units(content, u16::from_le_bytes),
        [0, b'-', ..] => units(content, u16::from_be_bytes),
        _ => String::from_utf8_lossy(content).into_owned(),
    }
}
