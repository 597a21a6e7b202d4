//! What the tokens of the last moments say.
//!
//! It takes more room than a good signature, and reading a token again takes a tenth of the time that its signature takes, so a few are
//! enough.

use std::rc::Rc;

use crate::token::verification::claims::AccessClaims;
use crate::token::verification::remembered::Digest;

/// One to two kilobytes each.
pub(super) const MOST_READ: usize = 256;

/// Few enough to be looked through one by one.
#[derive(Debug, Default)]
pub(super) struct RecentlyRead {
    tokens: Vec<(Digest, Rc<AccessClaims>, u64)>,
    /// Counts uses, to know which was the longest ago.
    uses: u64,
}

impl RecentlyRead {
    pub(super) fn find(&mut self, digest: &Digest) -> Option<Rc<AccessClaims>> {
        let mut tokens = self.tokens.iter_mut();
        let (_, claims, last_use) = tokens.find(|(known, ..)| known == digest)?;
        self.uses = self.uses.saturating_add(1);
        *last_use = self.uses;
        Some(Rc::clone(claims))
    }

    /// The one that was unused for longest makes room.
    pub(super) fn insert(&mut self, digest: Digest, claims: &Rc<AccessClaims>) {
        self.uses = self.uses.saturating_add(1);
        let newcomer = (digest, Rc::clone(claims), self.uses);
        if self.tokens.len() < MOST_READ {
            return self.tokens.push(newcomer);
        }
        let oldest = self
            .tokens
            .iter_mut()
            .min_by_key(|(.., last_use)| *last_use);
        if let Some(oldest) = oldest {
            *oldest = newcomer;
        }
    }
}
