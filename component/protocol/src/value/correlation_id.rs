//! The number under which a request can be found again in Entra's sign-in logs.
//!
//! [RFC 9562 section 5.4](https://www.rfc-editor.org/rfc/rfc9562#section-5.4) (UUID version 4).

use std::fmt;

use crate::value::guid::Guid;

/// A random GUID that is sent as `client-request-id` and comes back as `correlation_id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CorrelationId(Guid);

impl CorrelationId {
    /// Makes a version 4 GUID of 16 random bytes; use the same one for all requests of one user-level action.
    pub const fn from_random(bytes: [u8; 16]) -> Self {
        Self(Guid::from_random(bytes))
    }
}

impl fmt::Display for CorrelationId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_bytes_become_a_version_4_guid() {
        let rows = [
            ([0x00; 16], "00000000-0000-4000-8000-000000000000"),
            ([0xff; 16], "ffffffff-ffff-4fff-bfff-ffffffffffff"),
            (
                [
                    0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0, 0x0f, 0xed, 0xcb, 0xa9, 0x87,
                    0x65, 0x43, 0x21,
                ],
                "12345678-9abc-4ef0-8fed-cba987654321",
            ),
        ];
        for (bytes, expected) in rows {
            assert_eq!(CorrelationId::from_random(bytes).to_string(), expected);
        }
    }
}
