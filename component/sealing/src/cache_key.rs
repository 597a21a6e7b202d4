//! The key of the token cache, as text for stores and variables.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use crate::sealed::Key;

/// Names the key where there is no store to keep one in.
pub const VARIABLE: &str = "ENTRA_AUTH_CLI_CACHE_KEY";

/// 44 characters of base64 (RFC 4648 section 4).
#[must_use]
pub fn to_text(key: &Key) -> Zeroizing<String> {
    Zeroizing::new(BASE64.encode(key.as_slice()))
}

/// The key, if the text is 32 bytes in base64 of either alphabet (RFC 4648 sections 4 and 5), padded or not.
#[must_use]
pub fn from_text(text: &str) -> Option<Key> {
    let standard = text.replace('-', "+").replace('_', "/");
    let bytes = Zeroizing::new(BASE64.decode(Zeroizing::new(standard).as_bytes()).ok()?);
    bytes.as_slice().try_into().ok().map(Zeroizing::new)
}

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_alphabet_is_read() {
        let key = Zeroizing::new([0xFB; 32]);
        let text = to_text(&key);
        assert_eq!(
            text.as_str(),
            "+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/s="
        );
        for form in [
            text.to_string(),
            text.trim_end_matches('=').to_owned(),
            text.replace('+', "-").replace('/', "_"),
        ] {
            assert_eq!(from_text(&form), Some(key.clone()), "{form}");
        }
    }

    #[test]
    fn nothing_but_a_whole_key_is_taken() {
        for text in [
            "",
            "secret",
            "====",
            "AAAA",
            &"A".repeat(44),
            &"A".repeat(86),
        ] {
            assert_eq!(from_text(text), None, "{text}");
        }
    }
}
