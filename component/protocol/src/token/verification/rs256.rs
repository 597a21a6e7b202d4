//! RS256: RSASSA-PKCS1-v1_5 with SHA-256, checked
//! ([RFC 8017 section 8.2.2](https://www.rfc-editor.org/rfc/rfc8017#section-8.2.2)).
//!
//! The library's own check raises to the public power as if that were secret, so that its bits do not show in the time that it takes:
//! twice the work. Here it takes its bits as they are, and the message that a signature has to lead to is made and compared whole, so
//! that there is nothing to misread.

use crypto_bigint::modular::BoxedMontyForm;
use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, PublicKey};
use sha2::{Digest, Sha256};

/// DER of `DigestInfo` with SHA-256, up to the digest ([RFC 8017 section 9.2](https://www.rfc-editor.org/rfc/rfc8017#section-9.2)).
const DIGEST_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];

/// Whether `signature` is the key's own under `message`. It has the length of the key, to the byte.
pub(super) fn is_signed(key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
    let modulus = key.n();
    if signature.len() != key.size() {
        return false;
    }
    let Ok(number) = BoxedUint::from_be_slice(signature, modulus.bits_precision()) else {
        return false;
    };
    if number >= *modulus.as_ref() {
        return false;
    }
    let opened = power(key, &number).to_be_bytes();
    // Numbers are as long as whole words, which a key need not be.
    let padding = opened.len().saturating_sub(signature.len());
    let (above, encoded) = opened.split_at(padding);
    above.iter().all(|byte| *byte == 0) && *encoded == encoding(message, signature.len())
}

/// EMSA-PKCS1-v1_5 of the message, `length` bytes long; keys are never so short that the digest has no room.
fn encoding(message: &[u8], length: usize) -> Vec<u8> {
    let digest = Sha256::digest(message);
    let tail = [&[0], DIGEST_INFO.as_slice(), digest.as_slice()].concat();
    let mut encoded = vec![0, 1];
    encoded.resize(length.saturating_sub(tail.len()), 0xff);
    encoded.extend(tail);
    encoded
}

/// The number to the key's public power, modulo the key: squared for each bit of the power, and multiplied where the bit is set.
fn power(key: &PublicKey, number: &BoxedUint) -> BoxedUint {
    let number = BoxedMontyForm::new(number.clone(), key.n_params());
    let exponent = key.e();
    let bits = (0..exponent.bit_width_vartime().saturating_sub(1)).rev();
    let power = bits.fold(number.clone(), |power, bit| {
        let squared = power.square();
        match exponent.bit_vartime(bit) {
            true => squared.mul(&number),
            false => squared,
        }
    });
    power.retrieve()
}

#[cfg(test)]
mod tests {
    use chacha20::ChaCha20Rng;
    use crypto_bigint::Limb;
    use rsa::PrivateKey;
    use rsa::pkcs1v15::{Signature, SigningKey, VerifyingKey};
    use rsa::rand_core::SeedableRng;
    use rsa::signature::{SignatureEncoding, Signer, Verifier};
    use rsa::traits::PrivateKeyParts;

    use super::*;

    const MESSAGE: &[u8] = b"header.claims";

    /// Of so many bits and with such a public power, made from a fixed seed.
    fn key(bits: usize, exponent: u64) -> PrivateKey {
        let mut random = ChaCha20Rng::from_seed([7; 32]);
        PrivateKey::new_with_exp(&mut random, bits, BoxedUint::from(exponent)).unwrap()
    }

    /// What only the holder of the key can make, whatever it says.
    fn sealed(key: &PrivateKey, encoded: &[u8]) -> Vec<u8> {
        let number = BoxedUint::from_be_slice(encoded, key.n().bits_precision()).unwrap();
        let number = BoxedMontyForm::new(number, key.n_params());
        let bytes = number.pow(key.d()).retrieve().to_be_bytes();
        bytes[bytes.len() - key.size()..].to_vec()
    }

    /// The library's verdict and ours, which agree.
    fn verdict(key: &PrivateKey, signature: &[u8]) -> bool {
        let public = key.to_public_key();
        let ours = is_signed(&public, MESSAGE, signature);
        let theirs = Signature::try_from(signature).is_ok_and(|signature| {
            VerifyingKey::<Sha256>::new(public)
                .verify(MESSAGE, &signature)
                .is_ok()
        });
        assert_eq!(ours, theirs);
        ours
    }

    #[test]
    fn the_verdict_is_the_library_s() {
        // One is no whole number of words long, and one has a power that is no `100…001`.
        for (bits, exponent) in [(2048, 65_537), (2056, 65_537), (2048, 0x1_0004_5671)] {
            let key = key(bits, exponent);
            let signer = SigningKey::<Sha256>::new(key.clone());
            let signature = signer.sign(MESSAGE).to_vec();
            assert!(verdict(&key, &signature), "{bits} {exponent}");
            for position in [0, 1, 100, signature.len() - 1] {
                let mut changed = signature.clone();
                changed[position] ^= 1;
                assert!(!verdict(&key, &changed), "{bits} {exponent} {position}");
            }
            assert!(!verdict(&key, &signer.sign(b"another").to_vec()));
        }
    }

    #[test]
    fn a_signature_is_as_long_as_its_key_and_smaller() {
        let key = key(2048, 65_537);
        let signature = SigningKey::<Sha256>::new(key.clone())
            .sign(MESSAGE)
            .to_vec();
        let longer = [&[0], signature.as_slice()].concat();
        let modulus = key.n().to_be_bytes();
        let one = [vec![0; 255], vec![1]].concat();
        for bad in [
            &longer,
            &signature[1..],
            &modulus,
            &[0xff; 256],
            &one,
            &[0; 256],
            &[],
        ] {
            assert!(!verdict(&key, bad));
        }
    }

    /// A number has one name: another signature for the same token would be another token to whoever remembers them.
    #[test]
    fn a_signature_is_not_the_same_beyond_the_key() {
        let key = key(2048, 65_537);
        let public = key.to_public_key();
        let signer = SigningKey::<Sha256>::new(key.clone());
        let mut tried = 0;
        for message in [[0_u8], [1], [2], [3], [4], [5], [6], [7]] {
            let signature = signer.sign(&message).to_vec();
            assert!(is_signed(&public, &message, &signature));
            let number = BoxedUint::from_be_slice(&signature, 2048).unwrap();
            let (beyond, carry) = number.carrying_add(key.n().as_ref(), Limb::ZERO);
            if carry == Limb::ZERO {
                tried += 1;
                assert!(!is_signed(&public, &message, &beyond.to_be_bytes()));
            }
        }
        assert!(tried > 0);
    }

    /// Forgeries against checks that read the padding instead of making it
    /// ([RFC 8017 appendix B.1 and section 9.2](https://www.rfc-editor.org/rfc/rfc8017#section-9.2)).
    #[test]
    fn what_is_sealed_is_the_encoding_to_the_byte() {
        let key = key(2048, 65_537);
        let good = encoding(MESSAGE, 256);
        assert!(verdict(&key, &sealed(&key, &good)));
        let digest = Sha256::digest(MESSAGE).to_vec();
        let tail = [&[0], DIGEST_INFO.as_slice(), &digest].concat();
        let short = [&[0, 1], [0xff; 8].as_slice(), &tail].concat();
        let filled = |mut start: Vec<u8>| {
            start.resize(256, 0);
            start
        };
        let changed = |position: usize, byte: u8| {
            let mut changed = good.clone();
            changed[position] = byte;
            changed
        };
        let last_of_padding = 256 - tail.len() - 1;
        for (name, encoded) in [
            ("digest followed by anything", filled(short.clone())),
            ("another block type", changed(1, 2)),
            ("a byte in front", changed(0, 1)),
            ("padding with a hole", changed(10, 0xfe)),
            ("padding that ends early", changed(last_of_padding, 0)),
            ("another algorithm", changed(256 - 32 - 6, 3)),
            ("parameters that are not NULL", changed(256 - 32 - 4, 4)),
            ("another digest", changed(255, !good[255])),
        ] {
            assert!(!verdict(&key, &sealed(&key, &encoded)), "{name}");
        }
    }
}
