//! The key under every token of this emulator (RFC 7515, RFC 7518 section 3.3).

use std::sync::OnceLock;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use ring::{
    digest,
    rand::SystemRandom,
    rsa::{KeyPair, PublicKeyComponents},
    signature::RSA_PKCS1_SHA256,
};
use serde::Serialize;

use crate::refusal::Refusal;

/// A token's header and claims in the compact serialisation, signed with RS256.
pub(crate) fn sign(header: &impl Serialize, claims: &impl Serialize) -> Result<String, Refusal> {
    let message = format!("{}.{}", part(header)?, part(claims)?);
    let key = key_pair().ok_or_else(Refusal::issuing_failed)?;
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        message.as_bytes(),
        &mut signature,
    )
    .map_err(|_| Refusal::issuing_failed())?;
    Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// Modulus and exponent of the public key, base64url (RFC 7518 section 6.3.1).
pub(crate) fn public_key() -> Result<(String, String), Refusal> {
    let key = key_pair().ok_or_else(Refusal::issuing_failed)?;
    let PublicKeyComponents { n, e } = PublicKeyComponents::<Vec<u8>>::from(key.public());
    Ok((URL_SAFE_NO_PAD.encode(n), URL_SAFE_NO_PAD.encode(e)))
}

/// The certificate in standard base64, the form of `x5c` (RFC 7517 section 4.7).
pub(crate) fn certificate() -> String {
    pem_content(CERTIFICATE)
}

/// The certificate's SHA-1 thumbprint, base64url: `x5t` (RFC 7517 section 4.8), and Entra ID's
/// usual `kid`.
pub(crate) fn key_id() -> String {
    // Without a certificate there would be no thumbprint; the tests below see that there is one.
    let certificate = STANDARD.decode(certificate()).unwrap_or_default();
    URL_SAFE_NO_PAD.encode(digest::digest(
        &digest::SHA1_FOR_LEGACY_USE_ONLY,
        &certificate,
    ))
}

fn part(value: &impl Serialize) -> Result<String, Refusal> {
    serde_json::to_vec(value)
        .map(|json| URL_SAFE_NO_PAD.encode(json))
        .map_err(|_| Refusal::issuing_failed())
}

/// The key, read and checked once a process: that takes longer than a signature.
fn key_pair() -> Option<&'static KeyPair> {
    static KEY: OnceLock<Option<KeyPair>> = OnceLock::new();
    KEY.get_or_init(|| KeyPair::from_pkcs8(&STANDARD.decode(pem_content(PRIVATE_KEY)).ok()?).ok())
        .as_ref()
}

/// The base64 text between the first pair of markers (RFC 7468).
fn pem_content(pem: &str) -> String {
    pem.lines()
        .skip_while(|line| !line.starts_with("-----BEGIN "))
        .skip(1)
        .take_while(|line| !line.starts_with("-----END "))
        .collect()
}

/// Committed, not generated: start-up is instant, and tokens of two runs verify alike. Public, so
/// worth nothing.
const PRIVATE_KEY: &str = include_str!("../key/emulator-only-signing-key.pem");

const CERTIFICATE: &str = include_str!("../key/emulator-only-signing-certificate.pem");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_and_certificate_belong_together() {
        let (modulus, exponent) = public_key().unwrap();
        let certificate = STANDARD.decode(certificate()).unwrap();
        let modulus = URL_SAFE_NO_PAD.decode(modulus).unwrap();
        assert!(
            certificate
                .windows(modulus.len())
                .any(|window| window == modulus)
        );
        assert_eq!(exponent, "AQAB");
        assert_eq!(key_id().len(), 27);
    }
}
