//! Tokens whose signature was found good, so that it is computed once for each.
//!
//! Only that is remembered. Times and rules are judged each time, and with its key a token is forgotten.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::token::verification::claims::AccessClaims;
use crate::token::verification::presented::PresentedToken;
use crate::token::verification::recently_read::RecentlyRead;
use crate::value::time::Timestamp;

/// A token's name: SHA-256 of all of it.
pub(super) type Digest = [u8; 32];

/// A tenth of a kilobyte each.
const CAPACITY: usize = 16 * 1024;

/// Good signatures, and what was read lately.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    signed: BTreeMap<Digest, Signed>,
    signers: Vec<Rc<Signer>>,
    read: RecentlyRead,
    /// Counts uses, to know which was the longest ago.
    uses: u64,
}

/// A token that was signed with a certain key.
#[derive(Debug)]
struct Signed {
    signer: Rc<Signer>,
    expires_at: Timestamp,
    last_use: u64,
}

/// The key of many tokens.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Signer {
    /// Where it was published, under which name, and which it was.
    pub(super) place: String,
    pub(super) key_id: String,
    pub(super) fingerprint: [u8; 32],
}

impl Remembered {
    /// Who signed this token, if that was found good, and what it says.
    pub(super) fn find(
        &mut self,
        digest: &Digest,
        token: &str,
    ) -> Option<(Rc<Signer>, Rc<AccessClaims>)> {
        self.uses = self.uses.saturating_add(1);
        let signed = self.signed.get_mut(digest)?;
        signed.last_use = self.uses;
        let signer = Rc::clone(&signed.signer);
        if let Some(claims) = self.read.find(digest) {
            return Some((signer, claims));
        }
        let claims = Rc::new(PresentedToken::parse(token).ok()?.into_claims());
        self.read.insert(*digest, &claims);
        Some((signer, claims))
    }

    pub(super) fn insert(
        &mut self,
        digest: Digest,
        signer: Signer,
        claims: &Rc<AccessClaims>,
        now: Timestamp,
    ) {
        if self.signed.len() >= CAPACITY {
            self.make_room(now);
        }
        let signed = Signed {
            signer: self.shared(signer),
            expires_at: claims.expires_at,
            last_use: self.uses,
        };
        self.signed.insert(digest, signed);
        self.read.insert(digest, claims);
    }

    /// Expired tokens go first, then the eighth that was unused for longest: one sweep for thousands of newcomers.
    fn make_room(&mut self, now: Timestamp) {
        self.signed.retain(|_, signed| signed.expires_at > now);
        let most = CAPACITY.saturating_sub(CAPACITY / 8);
        let excess = self.signed.len().saturating_sub(most);
        if excess == 0 {
            return;
        }
        let mut uses: Vec<u64> = self.signed.values().map(|signed| signed.last_use).collect();
        uses.sort_unstable();
        let oldest = uses.get(excess).copied().unwrap_or(u64::MAX);
        self.signed.retain(|_, signed| signed.last_use >= oldest);
    }

    /// The same signer, once for all of its tokens.
    fn shared(&mut self, signer: Signer) -> Rc<Signer> {
        if let Some(known) = self.signers.iter().find(|known| ***known == signer) {
            return Rc::clone(known);
        }
        // Keys come and go, and nobody refers to those that went.
        self.signers.retain(|known| Rc::strong_count(known) > 1);
        let signer = Rc::new(signer);
        self.signers.push(Rc::clone(&signer));
        signer
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::{Value, json};
    use sha2::{Digest as _, Sha256};

    use super::*;
    use crate::token::verification::recently_read::MOST_READ;

    fn token(number: usize, expires_at: u64) -> String {
        let claims = json!({
            "ver": "2.0", "iss": "i", "tid": "11111111-2222-3333-4444-555555555555", "aud": "a", "azp": "c",
            "iat": 1, "nbf": 1, "exp": expires_at, "uti": number.to_string(),
        });
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = json!({ "alg": "RS256", "kid": "k" });
        format!("{}.{}.AAAA", part(header), part(claims))
    }

    fn digest(token: &str) -> Digest {
        Sha256::digest(token.as_bytes()).into()
    }

    fn signer() -> Signer {
        Signer {
            place: "p".to_owned(),
            key_id: "k".to_owned(),
            fingerprint: [0; 32],
        }
    }

    fn read(token: &str) -> Rc<AccessClaims> {
        Rc::new(PresentedToken::parse(token).unwrap().into_claims())
    }

    const NOW: Timestamp = Timestamp::from_unix_seconds(100);

    /// What a token says is forgotten before its signature is, and read from it again.
    #[test]
    fn a_signature_outlives_what_was_read() {
        let mut remembered = Remembered::default();
        let tokens: Vec<String> = (0..2 * MOST_READ)
            .map(|number| token(number, 200))
            .collect();
        for token in &tokens {
            remembered.insert(digest(token), signer(), &read(token), NOW);
        }
        assert_eq!(remembered.signers.len(), 1);
        for (number, token) in tokens.iter().enumerate() {
            let (found, claims) = remembered.find(&digest(token), token).unwrap();
            assert_eq!(*found, signer());
            let said: Value = serde_json::from_str(claims.json()).unwrap();
            assert_eq!(said["uti"], number.to_string());
        }
        let stranger = token(usize::MAX, 200);
        assert!(remembered.find(&digest(&stranger), &stranger).is_none());
    }

    #[test]
    fn memory_is_bounded_and_what_is_used_stays() {
        let mut remembered = Remembered::default();
        let text = token(0, 200);
        let (over, good) = (read(&token(0, 50)), read(&text));
        let digest = |number: usize| digest(&number.to_string());
        let is_known =
            |remembered: &mut Remembered, number| remembered.find(&digest(number), &text).is_some();
        // Room is made twice: at the expense of what is over, and of what was unused.
        let count = CAPACITY / 4 * 5;
        for number in 0..count {
            let claims = if number.is_multiple_of(5) {
                &over
            } else {
                &good
            };
            remembered.insert(digest(number), signer(), claims, NOW);
            assert!(is_known(&mut remembered, 1) || number == 0, "{number}");
            assert!(remembered.signed.len() <= CAPACITY);
        }
        assert!(!is_known(&mut remembered, 2), "unused for long");
        assert!(is_known(&mut remembered, count - 1));
    }
}
