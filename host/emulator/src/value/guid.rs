//! Globally unique identifiers (RFC 9562).

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    digest,
    rand::{SecureRandom as _, SystemRandom},
};

/// A random identifier, version 4.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Guid(u128);

impl Guid {
    /// A fresh identifier. It labels answers and tokens; no secret depends on it, so a failing
    /// random source may leave it at zero.
    pub(crate) fn random() -> Self {
        let mut bytes = [0; 16];
        let _ = SystemRandom::new().fill(&mut bytes);
        // RFC 9562 section 5.4: the version is 4, the variant begins with the bits 10.
        Self(u128::from_be_bytes(bytes) & !(0xf << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62)
    }

    /// The identifier that always belongs to a name, version 8 (RFC 9562 section 5.8).
    pub(crate) fn of_name(name: &str) -> Self {
        let hash = digest::digest(&digest::SHA256, name.as_bytes());
        let mut bytes = [0; 16];
        for (byte, hashed) in bytes.iter_mut().zip(hash.as_ref()) {
            *byte = *hashed;
        }
        Self(u128::from_be_bytes(bytes) & !(0xf << 76) & !(0x3 << 62) | 0x8 << 76 | 0x2 << 62)
    }

    /// Reads the form with hyphens, in either case.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let groups: Vec<&str> = text.split('-').collect();
        let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
        let is_hexadecimal = text
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        if lengths != [8, 4, 4, 4, 12] || !is_hexadecimal {
            return None;
        }
        u128::from_str_radix(&groups.concat(), 16).ok().map(Self)
    }

    /// The identifier in 22 characters, the form of the claim `uti`.
    pub(crate) fn to_base64url(self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.to_be_bytes())
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |shift: u32, bits: u32| (self.0 >> shift) & ((1 << bits) - 1);
        write!(
            formatter,
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            part(96, 32),
            part(80, 16),
            part(64, 16),
            part(48, 16),
            part(0, 48),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        let guid = Guid::random();
        assert_eq!(Guid::parse(&guid.to_string()), Some(guid));
        assert_eq!(guid.to_string().as_bytes()[14], b'4');
        assert_eq!(guid.to_base64url().len(), 22);
    }

    #[test]
    fn accepts_only_the_form_with_hyphens() {
        for (text, is_guid) in [
            ("11111111-2222-3333-4444-555555555555", true),
            ("ABCDEFAB-2222-3333-4444-555555555555", true),
            ("11111111222233334444555555555555", false),
            ("+1111111-2222-3333-4444-555555555555", false),
            ("11111111-2222-3333-4444-55555555555", false),
            ("your-tenant-id", false),
            ("", false),
        ] {
            assert_eq!(Guid::parse(text).is_some(), is_guid, "{text}");
        }
    }
}
