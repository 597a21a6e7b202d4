//! Bytes that only the holder of a key can read or change: XChaCha20-Poly1305.
//!
//! Source: draft-irtf-cfrg-xchacha-03, <https://datatracker.ietf.org/doc/html/draft-irtf-cfrg-xchacha-03>.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::fault::Fault;

/// A key, cleared when dropped.
pub type Key = Zeroizing<[u8; 32]>;

/// Never used twice under one key. 24 bytes may be drawn at random for any number of messages.
pub type Nonce = [u8; 24];

/// Seal `content`, with the nonce in front. It opens only together with the same `context`, which is not part of the
/// result. Fails for contents of 256 GiB and more.
pub fn seal(key: &Key, nonce: &Nonce, context: &[u8], content: &[u8]) -> Result<Vec<u8>, Fault> {
    Ok([&nonce[..], &encrypt(key, nonce, context, content)?].concat())
}

/// The content, unless a bit of it, of `context` or of the key is another one.
#[must_use]
pub fn open(key: &Key, context: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, text) = sealed.split_first_chunk()?;
    decrypt(key, nonce, context, text)
}

/// The ciphertext and its tag.
pub(crate) fn encrypt(
    key: &Key,
    nonce: &Nonce,
    context: &[u8],
    content: &[u8],
) -> Result<Vec<u8>, Fault> {
    let payload = Payload {
        msg: content,
        aad: context,
    };
    XChaCha20Poly1305::new(&(**key).into())
        .encrypt(&XNonce::from(*nonce), payload)
        .map_err(|_| Fault::Impossible)
}

pub(crate) fn decrypt(
    key: &Key,
    nonce: &Nonce,
    context: &[u8],
    text: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let payload = Payload {
        msg: text,
        aad: context,
    };
    XChaCha20Poly1305::new(&(**key).into())
        .decrypt(&XNonce::from(*nonce), payload)
        .ok()
        .map(Zeroizing::new)
}

/// What sealing adds: the nonce and the tag.
pub const OVERHEAD: usize = 24 + 16;

#[cfg(test)]
mod tests {
    use super::*;

    const NONCE: Nonce = [7; 24];

    #[test]
    fn only_the_same_bytes_key_and_context_open() {
        let (key, other) = (Zeroizing::new([1; 32]), Zeroizing::new([2; 32]));
        let sealed = seal(&key, &NONCE, b"here", b"secret").unwrap();
        assert_eq!(sealed.len(), b"secret".len() + OVERHEAD);
        assert_eq!(**open(&key, b"here", &sealed).unwrap(), *b"secret");
        assert!(open(&other, b"here", &sealed).is_none());
        assert!(open(&key, b"there", &sealed).is_none());
        for length in 0..sealed.len() {
            assert!(
                open(&key, b"here", &sealed[..length]).is_none(),
                "{length} bytes"
            );
        }
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(open(&key, b"here", &changed).is_none(), "bit {bit}");
        }
    }
}
