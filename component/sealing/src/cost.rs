//! Deriving a key from a passphrase: Argon2id, version 0x13 (RFC 9106).

use argon2::{Algorithm, Argon2, Params, Version};
use zeroize::Zeroizing;

use crate::Salt;
use crate::fault::{Fault, Part};

/// What deriving a key costs whoever tries passphrases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// KiB.
    pub memory: u32,
    /// How often the memory is filled.
    pub passes: u32,
    /// Parts of the memory that may be filled side by side.
    pub lanes: u32,
}

impl Cost {
    /// The second recommended option of RFC 9106 section 4: 64 MiB, 3 passes, 4 lanes. The first one takes 2 GiB, which
    /// containers do not have.
    pub const RECOMMENDED: Self = Self {
        memory: 64 << 10,
        passes: 3,
        lanes: 4,
    };

    /// Keeps a changed or foreign file from taking all memory or minutes, before anybody knows that the passphrase is
    /// right: up to 256 MiB and 4 passes, above what any version has asked for.
    pub(crate) fn is_reasonable(self) -> bool {
        self.memory <= 256 << 10 && self.passes <= 4 && self.lanes <= 16
    }

    /// `N` bytes of `passphrase` and `salt`. Fails as damaged for a cost that Argon2 does not know.
    pub(crate) fn derive<const N: usize>(
        self,
        passphrase: &str,
        salt: &Salt,
    ) -> Result<Zeroizing<[u8; N]>, Fault> {
        let mut output = Zeroizing::new([0; N]);
        let parameters = Params::new(self.memory, self.passes, self.lanes, Some(N))
            .map_err(|_| Fault::Damaged(Part::Header))?;
        Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters)
            .hash_password_into(passphrase.as_bytes(), salt, output.as_mut_slice())
            .map_err(|_| Fault::Impossible)?;
        Ok(output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_version_asks_for_is_not_reasonable() {
        for (memory, passes, lanes, expected) in [
            (64 << 10, 3, 4, true),
            (256 << 10, 4, 16, true),
            ((256 << 10) + 1, 3, 4, false),
            (64 << 10, 5, 4, false),
            (64 << 10, 3, 17, false),
            (u32::MAX, u32::MAX, u32::MAX, false),
        ] {
            let cost = Cost {
                memory,
                passes,
                lanes,
            };
            assert_eq!(cost.is_reasonable(), expected, "{cost:?}");
        }
    }
}
