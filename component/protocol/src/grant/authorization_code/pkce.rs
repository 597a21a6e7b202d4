//! Proof Key for Code Exchange: the authorization code is worth nothing to whoever intercepts it.
//!
//! [RFC 7636](https://www.rfc-editor.org/rfc/rfc7636), method `S256` only.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::value::secret::Secret;

/// The only method that is used; Entra takes a missing one for `plain`.
pub(crate) const METHOD: &str = "S256";

/// What is kept back until the code is redeemed; a fresh one for each sign-in.
#[derive(Clone, Debug)]
pub struct CodeVerifier(Secret);

impl CodeVerifier {
    /// 43 characters of 32 random bytes ([section 4.1](https://www.rfc-editor.org/rfc/rfc7636#section-4.1)).
    pub fn from_random(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(Secret::new(URL_SAFE_NO_PAD.encode(bytes.as_slice())))
    }

    /// What may be shown: the hash of the verifier ([section 4.2](https://www.rfc-editor.org/rfc/rfc7636#section-4.2)).
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.0.expose()))
    }

    pub(crate) fn expose(&self) -> &str {
        self.0.expose()
    }

    #[cfg(test)]
    pub(crate) fn recorded(text: &str) -> Self {
        Self(Secret::new(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636 appendix B.
    #[test]
    fn the_example_of_the_specification_holds() {
        let bytes = [
            116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212,
            37, 77, 105, 214, 191, 240, 91, 88, 5, 88, 83, 132, 141, 121,
        ];
        let verifier = CodeVerifier::from_random(Zeroizing::new(bytes));
        assert_eq!(
            verifier.expose(),
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        );
        assert_eq!(
            verifier.challenge(),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn debug_output_shows_nothing() {
        let verifier = CodeVerifier::from_random(Zeroizing::new([1; 32]));
        assert_eq!(format!("{verifier:?}"), "CodeVerifier(Secret(****))");
    }
}
