//! RSA keys that verify (RFC 8017 section 3.1).

/// Modulus and exponent of an RSA key, big-endian.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct PublicKey {
    pub(crate) modulus: Vec<u8>,
    pub(crate) exponent: Vec<u8>,
}
