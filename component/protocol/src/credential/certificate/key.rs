//! Private keys in the forms that files have them.

use der::asn1::ObjectIdentifier;
use der::{AnyRef, Decode};
use rsa::PrivateKey as RsaPrivateKey;
use rsa::pkcs1::DecodeRsaPrivateKey;
use rsa::pkcs8::{DecodePrivateKey, PrivateKeyInfoRef};
use zeroize::Zeroizing;

use super::fault::Fault;

/// A private key's DER, by its form; or which kind of key it is, if it is of no use.
pub(super) enum PrivateKey {
    /// [RFC 8017 appendix A.1.2](https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.2).
    Pkcs1(Zeroizing<Vec<u8>>),
    /// [RFC 5958](https://www.rfc-editor.org/rfc/rfc5958).
    Pkcs8(Zeroizing<Vec<u8>>),
    /// Completes "the private key is …".
    Other(&'static str),
}

/// [RFC 5915](https://www.rfc-editor.org/rfc/rfc5915) has a form of its own too.
pub(super) const ELLIPTIC_CURVE: &str = "an elliptic curve key";

/// Keys of other kinds, by their algorithm in PKCS#8.
const OTHER_KINDS: [(ObjectIdentifier, &str); 9] = [
    (
        ObjectIdentifier::new_unwrap("1.2.840.10045.2.1"),
        ELLIPTIC_CURVE,
    ),
    (ObjectIdentifier::new_unwrap("1.3.101.110"), "an X25519 key"),
    (ObjectIdentifier::new_unwrap("1.3.101.111"), "an X448 key"),
    (
        ObjectIdentifier::new_unwrap("1.3.101.112"),
        "an Ed25519 key",
    ),
    (ObjectIdentifier::new_unwrap("1.3.101.113"), "an Ed448 key"),
    (
        ObjectIdentifier::new_unwrap("1.2.840.10040.4.1"),
        "a DSA key",
    ),
    (
        ObjectIdentifier::new_unwrap("1.2.840.113549.1.3.1"),
        "a Diffie-Hellman key",
    ),
    (
        ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10"),
        "a key for RSA-PSS alone",
    ),
    (
        ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.18"),
        "an ML-DSA key",
    ),
];

impl PrivateKey {
    /// A key by itself in DER, whatever its form.
    pub(super) fn of_der(der: &[u8]) -> Option<Self> {
        let der = || Zeroizing::new(der.to_vec());
        if PrivateKeyInfoRef::from_der(&der()).is_ok() {
            return Some(Self::Pkcs8(der()));
        }
        let bytes = der();
        let parts = Vec::<AnyRef<'_>>::from_der(&bytes).ok()?;
        match parts.as_slice() {
            // A version and eight numbers, or more of them for more primes.
            [_, _, _, _, _, _, _, _, _, ..] => Some(Self::Pkcs1(der())),
            // A version, the key, the curve.
            [_, key, ..]
                if key.value().len() >= 16 && der::Tagged::tag(key) == der::Tag::OctetString =>
            {
                Some(Self::Other(ELLIPTIC_CURVE))
            }
            _ => None,
        }
    }

    pub(super) fn to_rsa(&self) -> Result<RsaPrivateKey, Fault> {
        match self {
            Self::Pkcs1(der) => RsaPrivateKey::from_pkcs1_der(der).map_err(|_| unusable(der)),
            Self::Pkcs8(der) => {
                let info = PrivateKeyInfoRef::from_der(der).map_err(|_| Fault::DamagedKey)?;
                if info.algorithm.oid != rsa::pkcs1::ALGORITHM_OID {
                    let kind = OTHER_KINDS
                        .iter()
                        .find(|(oid, _)| *oid == info.algorithm.oid);
                    return Err(Fault::NotRsa(
                        kind.map_or("a key of a kind that is not known here", |(_, kind)| kind),
                    ));
                }
                RsaPrivateKey::from_pkcs8_der(der)
                    .map_err(|_| unusable(info.private_key.as_bytes()))
            }
            Self::Other(kind) => Err(Fault::NotRsa(kind)),
        }
    }
}

/// Why an RSA key that is DER cannot be used.
fn unusable(pkcs1: &[u8]) -> Fault {
    let Ok(parts) = Vec::<AnyRef<'_>>::from_der(pkcs1) else {
        return Fault::DamagedKey;
    };
    let (Some(version), Some(modulus)) = (parts.first(), parts.get(1)) else {
        return Fault::DamagedKey;
    };
    let digits = modulus.value().iter().skip_while(|byte| **byte == 0);
    let bits = digits.count() * 8;
    match version.value() {
        [0] if bits > LARGEST => Fault::KeySize("more than 8192"),
        [0] if bits < SMALLEST => Fault::KeySize("less than 1024"),
        [1] => Fault::NotRsa("an RSA key of more than two primes"),
        _ => Fault::DamagedKey,
    }
}

/// Bits of a modulus that the library of RSA works with; Entra asks for 2048 where a certificate is registered now.
const SMALLEST: usize = 1024;
const LARGEST: usize = 8192;
