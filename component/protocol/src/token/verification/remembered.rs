//! Tokens whose signature was found good, so that it is computed once for each.
//!
//! Only that is remembered. Times and rules are judged each time, and with its key a token is forgotten.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::token::verification::claims::AccessClaims;
use crate::value::time::Timestamp;

/// One to two kilobytes each.
const CAPACITY: usize = 8192;

/// By the digest of the whole token.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    tokens: BTreeMap<[u8; 32], Known>,
    /// Counts uses, to know which was the longest ago.
    uses: u64,
}

/// A token that was signed with a certain key.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) claims: Rc<AccessClaims>,
    /// Where the key was published, under which name, and which it was.
    pub(super) place: String,
    pub(super) key_id: String,
    pub(super) fingerprint: [u8; 32],
    last_use: u64,
}

impl Known {
    pub(super) fn new(
        claims: Rc<AccessClaims>,
        place: &str,
        key_id: &str,
        fingerprint: [u8; 32],
    ) -> Self {
        Self {
            claims,
            place: place.to_owned(),
            key_id: key_id.to_owned(),
            fingerprint,
            last_use: 0,
        }
    }
}

impl Remembered {
    pub(super) fn find(&mut self, digest: &[u8; 32]) -> Option<&Known> {
        self.uses = self.uses.saturating_add(1);
        let known = self.tokens.get_mut(digest)?;
        known.last_use = self.uses;
        Some(known)
    }

    pub(super) fn insert(&mut self, digest: [u8; 32], known: Known, now: Timestamp) {
        if self.tokens.len() >= CAPACITY {
            self.make_room(now);
        }
        let last_use = self.uses;
        self.tokens.insert(digest, Known { last_use, ..known });
    }

    /// Expired tokens go first, then the eighth that was unused for longest: one sweep for a thousand newcomers.
    fn make_room(&mut self, now: Timestamp) {
        self.tokens.retain(|_, known| known.claims.expires_at > now);
        let excess = self
            .tokens
            .len()
            .saturating_sub(CAPACITY.saturating_sub(CAPACITY / 8));
        if excess == 0 {
            return;
        }
        let mut uses: Vec<u64> = self.tokens.values().map(|known| known.last_use).collect();
        uses.sort_unstable();
        let oldest = uses.get(excess).copied().unwrap_or(u64::MAX);
        self.tokens.retain(|_, known| known.last_use >= oldest);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn known(expires_at: u64) -> Known {
        let claims = json!({
            "ver": "2.0", "iss": "i", "tid": "11111111-2222-3333-4444-555555555555", "aud": "a", "azp": "c",
            "iat": 1, "nbf": 1, "exp": expires_at,
        });
        let claims = AccessClaims::read(claims.as_object().unwrap().clone()).unwrap();
        Known::new(Rc::new(claims), "p", "k", [0; 32])
    }

    fn digest(number: usize) -> [u8; 32] {
        let mut digest = [0; 32];
        digest[..8].copy_from_slice(&number.to_be_bytes());
        digest
    }

    #[test]
    fn memory_is_bounded_and_what_is_used_stays() {
        let now = Timestamp::from_unix_seconds(100);
        let mut remembered = Remembered::default();
        for number in 0..3 * CAPACITY {
            let expires_at = if number % 5 == 0 { 50 } else { 200 };
            remembered.insert(digest(number), known(expires_at), now);
            assert!(
                remembered.find(&digest(1)).is_some() || number == 0,
                "{number}"
            );
            assert!(remembered.tokens.len() <= CAPACITY);
        }
        assert!(remembered.find(&digest(2)).is_none(), "unused for long");
        assert!(remembered.find(&digest(3 * CAPACITY - 1)).is_some());
    }
}
