//! When a token is renewed ahead of its time, where nobody can hold a lock: of many instances with one store, whoever draws the lot
//! asks for the next one, and the others find it in the store.
//!
//! The chance doubles with each step towards the end. So it takes about as many steps longer as there are fewer requests, the
//! first one to draw comes in time at any rate, and while it asks, hardly anybody else draws
//! ([Optimal probabilistic cache stampede prevention](https://www.vldb.org/pvldb/vol8/p886-vattani.pdf)).

use std::time::Duration;

use crate::token::cache::EXPIRY_MARGIN;

/// A token request takes some tenths of a second: one in a hundred renewals is asked for twice.
const STEP: Duration = Duration::from_secs(15);

/// One in a million: what a million requests in a step come to.
const STEPS: u64 = 20;

/// Whether a request that was handed a token with so long to live asks for the next one, by a number drawn at random.
///
/// Never more than ten minutes before the end, and for certain in the last seconds in which it is still handed out.
#[must_use]
pub fn is_due(left: Duration, draw: u32) -> bool {
    let spare = left.saturating_sub(EXPIRY_MARGIN);
    let steps = spare.as_secs() / STEP.as_secs();
    steps < STEPS && u64::from(draw.leading_zeros()) >= steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chance_doubles_with_each_step() {
        let rows = [
            (0, u32::MAX, true),
            (300, u32::MAX, true),
            (314, u32::MAX, true),
            (315, u32::MAX, false),
            (315, u32::MAX >> 1, true),
            (330, u32::MAX >> 1, false),
            (330, u32::MAX >> 2, true),
            (599, u32::MAX >> 18, false),
            (599, u32::MAX >> 19, true),
            (600, 0, false),
            (86_400, 0, false),
        ];
        for (left, draw, expected) in rows {
            let left = Duration::from_secs(left);
            assert_eq!(is_due(left, draw), expected, "{left:?} {draw:#x}");
        }
    }
}
