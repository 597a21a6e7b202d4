//! Decryption under a password, as private keys and PKCS#12 files have it.
//!
//! [RFC 8018](https://www.rfc-editor.org/rfc/rfc8018) (PBES2: AES, and Triple DES of older files) and
//! [RFC 7292 appendix B](https://www.rfc-editor.org/rfc/rfc7292#appendix-B) (the key derivation and ciphers of old PKCS#12 files,
//! which Windows and OpenSSL 1 still write). Only reading: nobody should write these again.

use cbc::Decryptor;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockCipherDecrypt, BlockModeDecrypt, KeyInit, KeyIvInit};
use der::asn1::{ObjectIdentifier, OctetStringRef};
use der::{AnyRef, Decode, Encode, Sequence};
use des::TdesEde3;
use pkcs5::pbes2;
use rc2::Rc2;
use sha1::Sha1;
use sha2::Digest;
use zeroize::Zeroizing;

use super::fault::Fault;

const PBES2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.13");
const SHA1_3DES: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.3");
const SHA1_3DES_2KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.4");
const SHA1_RC2_128: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.5");
const SHA1_RC2_40: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.6");

/// Programs use 2,000 to 600,000; a file with more would only stall whoever opens it.
pub(super) const MOST_ITERATIONS: u32 = 2_000_000;

/// scrypt with the largest parameters that OpenSSL writes takes 16 MiB.
const MOST_MEMORY: u64 = 64 * 1024 * 1024;

/// An encrypted private key ([RFC 5958 section 3](https://www.rfc-editor.org/rfc/rfc5958#section-3)).
#[derive(Sequence)]
pub(super) struct EncryptedPrivateKey<'a> {
    algorithm: AlgorithmIdentifier<'a>,
    data: &'a OctetStringRef,
}

impl EncryptedPrivateKey<'_> {
    pub(super) fn decrypt(&self, password: &Password) -> Result<Zeroizing<Vec<u8>>, Fault> {
        self.algorithm.decrypt(password, self.data.as_bytes())
    }
}

/// Which algorithm, with what parameters.
#[derive(Clone, Sequence)]
pub(super) struct AlgorithmIdentifier<'a> {
    pub(super) oid: ObjectIdentifier,
    pub(super) parameters: Option<AnyRef<'a>>,
}

impl AlgorithmIdentifier<'_> {
    pub(super) fn decrypt(
        &self,
        password: &Password,
        data: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Fault> {
        match self.oid {
            PBES2 => decrypt_pbes2(&self.decoded()?, password, data),
            SHA1_3DES => decrypt_old::<TdesEde3>(&self.decoded()?, password, data, 24),
            SHA1_3DES_2KEY => decrypt_old::<des::TdesEde2>(&self.decoded()?, password, data, 16),
            SHA1_RC2_128 => decrypt_old::<Rc2>(&self.decoded()?, password, data, 16),
            SHA1_RC2_40 => decrypt_old::<Rc2>(&self.decoded()?, password, data, 5),
            _ => Err(Fault::UnknownCipher),
        }
    }

    pub(super) fn decoded<T: for<'a> Decode<'a>>(&self) -> Result<T, Fault> {
        let parameters = self.parameters.ok_or(Fault::Damaged)?;
        let der = parameters.to_der().map_err(|_| Fault::Damaged)?;
        T::from_der(&der).map_err(|_| Fault::UnknownCipher)
    }
}

#[derive(Sequence)]
struct OldParameters {
    salt: der::asn1::OctetString,
    iterations: u32,
}

fn decrypt_pbes2(
    parameters: &pbes2::Parameters,
    password: &Password,
    data: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let is_affordable = match &parameters.kdf {
        pbes2::Kdf::Pbkdf2(pbkdf2) => pbkdf2.iteration_count <= MOST_ITERATIONS,
        pbes2::Kdf::Scrypt(scrypt) => {
            let memory = scrypt
                .cost_parameter
                .checked_mul(128 * u64::from(scrypt.block_size));
            memory.is_some_and(|memory| memory <= MOST_MEMORY) && scrypt.parallelization <= 4
        }
        _ => return Err(Fault::UnknownCipher),
    };
    if !is_affordable {
        return Err(Fault::TooCostly);
    }
    parameters
        .decrypt(password.utf8.as_bytes(), data)
        .map(Zeroizing::new)
        .map_err(|error| match error {
            pkcs5::Error::UnsupportedAlgorithm { .. } => Fault::UnknownCipher,
            _ => Fault::WrongPassword,
        })
}

fn decrypt_old<C: BlockCipherDecrypt + KeyInit>(
    parameters: &OldParameters,
    password: &Password,
    data: &[u8],
    key_size: usize,
) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let salt = parameters.salt.as_bytes();
    let derive =
        |purpose, size| derive::<64, Sha1>(password, salt, parameters.iterations, purpose, size);
    let key = derive(Purpose::Key, key_size)?;
    let vector = derive(Purpose::Vector, 8)?;
    let cipher =
        Decryptor::<C>::new_from_slices(&key, &vector).map_err(|_| Fault::UnknownCipher)?;
    cipher
        .decrypt_padded_vec::<Pkcs7>(data)
        .map(Zeroizing::new)
        .map_err(|_| Fault::WrongPassword)
}

/// A password in the two forms that exist.
pub(super) struct Password {
    utf8: Zeroizing<String>,
    /// Big-endian UTF-16 with two bytes of zero at the end; nothing at all for a password that is absent rather than empty.
    utf16: Zeroizing<Vec<u8>>,
}

impl Password {
    pub(super) fn new(text: &str) -> Self {
        let mut utf16 = Zeroizing::new(Vec::with_capacity(2 * text.len() + 2));
        for unit in text.encode_utf16().chain([0]) {
            utf16.extend_from_slice(&unit.to_be_bytes());
        }
        Self {
            utf8: Zeroizing::new(text.to_owned()),
            utf16,
        }
    }

    /// As OpenSSL before version 1.1 had it, which took each byte of UTF-8 for a character.
    pub(super) fn by_bytes(text: &str) -> Self {
        let mut utf16 = Zeroizing::new(Vec::with_capacity(2 * text.len() + 2));
        for byte in text.bytes().chain([0]) {
            utf16.extend_from_slice(&[0, byte]);
        }
        Self {
            utf8: Zeroizing::new(text.to_owned()),
            utf16,
        }
    }

    pub(super) fn utf8(&self) -> &[u8] {
        self.utf8.as_bytes()
    }

    /// No password: programs disagree on whether that is the same as an empty one.
    pub(super) fn absent() -> Self {
        Self {
            utf8: Zeroizing::default(),
            utf16: Zeroizing::default(),
        }
    }
}

/// What derived bytes are for: the number that RFC 7292 appendix B.3 gives it.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    Key = 1,
    Vector = 2,
    Mac = 3,
}

/// RFC 7292 appendix B.2; `BLOCK` is the size of the blocks that the hash function works on.
pub(super) fn derive<const BLOCK: usize, D: Digest>(
    password: &Password,
    salt: &[u8],
    iterations: u32,
    purpose: Purpose,
    size: usize,
) -> Result<Zeroizing<Vec<u8>>, Fault> {
    if iterations == 0 || iterations > MOST_ITERATIONS {
        return Err(Fault::TooCostly);
    }
    let repeated = |bytes: &[u8]| {
        let length = bytes.len().div_ceil(BLOCK) * BLOCK;
        bytes
            .iter()
            .copied()
            .cycle()
            .take(length)
            .collect::<Vec<u8>>()
    };
    let mut input = Zeroizing::new(repeated(salt));
    input.extend_from_slice(&Zeroizing::new(repeated(&password.utf16)));
    let mut output = Zeroizing::new(Vec::with_capacity(size + <D as Digest>::output_size()));
    while output.len() < size {
        let mut hasher = D::new();
        hasher.update([purpose as u8; BLOCK]);
        hasher.update(input.as_slice());
        let mut hash = hasher.finalize();
        for _ in 1..iterations {
            hash = D::digest(&hash);
        }
        output.extend_from_slice(&hash);
        let addend: Vec<u8> = hash.iter().copied().cycle().take(BLOCK).collect();
        for block in input.chunks_mut(BLOCK) {
            add_with_one(block, &addend);
        }
    }
    output.truncate(size);
    Ok(output)
}

/// Both are big-endian numbers of the same length; what does not fit is dropped.
fn add_with_one(block: &mut [u8], addend: &[u8]) {
    let mut carry = 1_u16;
    for (byte, other) in block.iter_mut().zip(addend).rev() {
        let sum = u16::from(*byte) + u16::from(*other) + carry;
        let [high, low] = sum.to_be_bytes();
        *byte = low;
        carry = u16::from(high);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values by which implementations of the derivation are compared, from OpenSSL's and Bouncy Castle's own tests.
    #[test]
    fn bytes_are_derived_as_others_derive_them() {
        let salt = [0x0a, 0x58, 0xcf, 0x64, 0x53, 0x0d, 0x82, 0x3f];
        let rows: [(Purpose, usize, &[u8]); 2] = [
            (
                Purpose::Key,
                24,
                &[
                    0x8a, 0xaa, 0xe6, 0x29, 0x7b, 0x6c, 0xb0, 0x46, 0x42, 0xab, 0x5b, 0x07, 0x78,
                    0x51, 0x28, 0x4e, 0xb7, 0x12, 0x8f, 0x1a, 0x2a, 0x7f, 0xbc, 0xa3,
                ],
            ),
            (
                Purpose::Vector,
                8,
                &[0x79, 0x99, 0x3d, 0xfe, 0x04, 0x8d, 0x3b, 0x76],
            ),
        ];
        for (purpose, size, expected) in rows {
            let derived = derive::<64, Sha1>(&Password::new("smeg"), &salt, 1, purpose, size);
            assert_eq!(derived.unwrap().as_slice(), expected);
        }
    }

    #[test]
    fn a_file_cannot_ask_for_endless_work() {
        for iterations in [0, MOST_ITERATIONS + 1, u32::MAX] {
            let derived =
                derive::<64, Sha1>(&Password::new("a"), b"s", iterations, Purpose::Mac, 20);
            assert_eq!(derived.unwrap_err(), Fault::TooCostly, "{iterations}");
        }
    }
}
