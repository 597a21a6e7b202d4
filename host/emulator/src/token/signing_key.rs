//! The keys under everything that this emulator signs (RFC 7515, RFC 7518 section 3.3).

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
use crate::value::{pem, public_key::PublicKey};

/// A key pair with its certificate. Committed, not generated: start-up is instant, and tokens of
/// two runs verify alike. Public, so worth nothing.
pub(crate) struct SigningKey {
    private: &'static str,
    certificate: &'static str,
    pair: OnceLock<Option<KeyPair>>,
}

/// The tenant's key: every token that it issues.
pub(crate) static TENANT_KEY: SigningKey = SigningKey {
    private: include_str!("../../key/emulator-only-signing-key.pem"),
    certificate: include_str!("../../key/emulator-only-signing-certificate.pem"),
    pair: OnceLock::new(),
};

/// The key of the external issuers: workload tokens that the tenant trusts by federation.
pub(crate) static EXTERNAL_KEY: SigningKey = SigningKey {
    private: include_str!("../../key/emulator-only-external-key.pem"),
    certificate: include_str!("../../key/emulator-only-external-certificate.pem"),
    pair: OnceLock::new(),
};

impl SigningKey {
    /// A token's header and claims in the compact serialisation, signed with RS256.
    pub(crate) fn sign(
        &self,
        header: &impl Serialize,
        claims: &impl Serialize,
    ) -> Result<String, Refusal> {
        let message = format!("{}.{}", part(header)?, part(claims)?);
        let key = self.pair()?;
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

    /// The half that verifies.
    pub(crate) fn public_key(&self) -> Result<PublicKey, Refusal> {
        let PublicKeyComponents { n, e } = PublicKeyComponents::from(self.pair()?.public());
        Ok(PublicKey {
            modulus: n,
            exponent: e,
        })
    }

    /// The certificate in standard base64, the form of `x5c` (RFC 7517 section 4.7).
    pub(crate) fn certificate(&self) -> String {
        pem::content(self.certificate)
    }

    /// The certificate's SHA-1 thumbprint, base64url: `x5t` (RFC 7517 section 4.8), and Entra ID's
    /// usual `kid`.
    pub(crate) fn key_id(&self) -> String {
        // Without a certificate there would be no thumbprint; the tests below see that there is one.
        let certificate = STANDARD.decode(self.certificate()).unwrap_or_default();
        URL_SAFE_NO_PAD.encode(digest::digest(
            &digest::SHA1_FOR_LEGACY_USE_ONLY,
            &certificate,
        ))
    }

    /// The key, read and checked once a process: that takes longer than a signature.
    fn pair(&self) -> Result<&KeyPair, Refusal> {
        self.pair
            .get_or_init(|| {
                KeyPair::from_pkcs8(&STANDARD.decode(pem::content(self.private)).ok()?).ok()
            })
            .as_ref()
            .ok_or_else(Refusal::issuing_failed)
    }
}

fn part(value: &impl Serialize) -> Result<String, Refusal> {
    serde_json::to_vec(value)
        .map(|json| URL_SAFE_NO_PAD.encode(json))
        .map_err(|_| Refusal::issuing_failed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_and_certificate_belong_together() {
        for key in [&TENANT_KEY, &EXTERNAL_KEY] {
            let public = key.public_key().unwrap();
            let certificate = STANDARD.decode(key.certificate()).unwrap();
            assert!(
                certificate
                    .windows(public.modulus.len())
                    .any(|window| window == public.modulus)
            );
            assert_eq!(public.exponent, [1, 0, 1]);
            assert_eq!(key.key_id().len(), 27);
        }
    }
}
