//! GUIDs, as Entra names nearly everything.
//!
//! [RFC 9562](https://www.rfc-editor.org/rfc/rfc9562).

use std::fmt;

/// 128 bits, written in groups of lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Guid([u8; 16]);

impl Guid {
    /// Version 4 ([section 5.4](https://www.rfc-editor.org/rfc/rfc9562#section-5.4)).
    pub(crate) const fn from_random(bytes: [u8; 16]) -> Self {
        let mut number = u128::from_be_bytes(bytes);
        number = number & !(0xf << 76) | 0x4 << 76;
        number = number & !(0b11 << 62) | 0b10 << 62;
        Self(number.to_be_bytes())
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, byte) in self.0.iter().enumerate() {
            if matches!(position, 4 | 6 | 8 | 10) {
                formatter.write_str("-")?;
            }
            write!(formatter, "{byte:02x}")?;
        }
        Ok(())
    }
}

/// Whether the text is a GUID without braces, in either case.
pub(crate) fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text
            .bytes()
            .enumerate()
            .all(|(position, byte)| match position {
                8 | 13 | 18 | 23 => byte == b'-',
                _ => byte.is_ascii_hexdigit(),
            })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_guid_is_one() {
        let rows = [
            ("11111111-2222-3333-4444-555555555555", true),
            ("ABCDEFAB-cdef-3333-4444-555555555555", true),
            ("11111111-2222-3333-4444-55555555555", false),
            ("11111111-2222-3333-4444-5555555555556", false),
            ("{1111111-2222-3333-4444-55555555555}", false),
            ("111111112222-3333-4444-5555-55555555", false),
            ("g1111111-2222-3333-4444-555555555555", false),
            ("contoso.com", false),
            ("", false),
        ];
        for (text, expected) in rows {
            assert_eq!(is_guid(text), expected, "{text}");
        }
    }
}
