//! Bytes that only the holder of a key can read or change: XChaCha20-Poly1305 with a random nonce in front.
//!
//! Source: draft-irtf-cfrg-xchacha-03, <https://datatracker.ietf.org/doc/html/draft-irtf-cfrg-xchacha-03>. Its nonces of
//! 24 bytes may be drawn at random for any number of messages under one key.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

/// A key, cleared when dropped.
pub(crate) type Key = Zeroizing<[u8; 32]>;

/// A new random key.
pub(crate) fn new_key() -> Result<Key, getrandom::Error> {
    let mut key = Key::default();
    getrandom::fill(key.as_mut_slice())?;
    Ok(key)
}

/// Seal `content`. It opens only together with the same `context`, which is not part of the result.
pub(crate) fn seal(key: &Key, context: &[u8], content: &[u8]) -> Result<Vec<u8>, getrandom::Error> {
    let mut sealed = vec![0; NONCE];
    getrandom::fill(&mut sealed)?;
    let mut nonce = XNonce::default();
    nonce.copy_from_slice(&sealed);
    let text = XChaCha20Poly1305::new(&(**key).into())
        .encrypt(
            &nonce,
            Payload {
                msg: content,
                aad: context,
            },
        )
        // Only for contents of 256 GiB and more.
        .map_err(|_| getrandom::Error::UNSUPPORTED)?;
    sealed.extend_from_slice(&text);
    Ok(sealed)
}

/// The content, unless a bit of it, of `context` or of the key is another one.
pub(crate) fn open(key: &Key, context: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, text) = sealed.split_at_checked(NONCE)?;
    XChaCha20Poly1305::new(&(**key).into())
        .decrypt(
            &XNonce::try_from(nonce).ok()?,
            Payload {
                msg: text,
                aad: context,
            },
        )
        .ok()
        .map(Zeroizing::new)
}

const NONCE: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_bytes_key_and_context_open() {
        let (key, other) = (new_key().unwrap(), new_key().unwrap());
        let sealed = seal(&key, b"here", b"secret").unwrap();
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

    #[test]
    fn sealing_twice_gives_different_bytes() {
        let key = new_key().unwrap();
        assert_ne!(
            seal(&key, b"", b"same").unwrap(),
            seal(&key, b"", b"same").unwrap()
        );
    }
}
