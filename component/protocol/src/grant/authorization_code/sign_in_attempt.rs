//! What belongs to one browser sign-in alone, and is thrown away after it.
//!
//! [RFC 9700 section 2.1](https://www.rfc-editor.org/rfc/rfc9700#section-2.1): `state` binds the answer to this attempt, `nonce` the
//! id_token, and the verifier the code.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::grant::authorization_code::pkce::CodeVerifier;
use crate::token::nonce::Nonce;
use crate::value::secret::Secret;

/// How many random bytes an attempt takes.
pub const RANDOM_SIZE: usize = 96;

/// The one-time values of a sign-in.
#[derive(Clone, Debug)]
pub struct SignInAttempt {
    /// Comes back with the redirect.
    pub state: State,
    /// Comes back in the id_token.
    pub nonce: Nonce,
    /// Shown only when the code is redeemed.
    pub code_verifier: CodeVerifier,
}

impl SignInAttempt {
    /// Makes 256 bits each of the random bytes.
    pub fn from_random(bytes: &Zeroizing<[u8; RANDOM_SIZE]>) -> Self {
        let [state, nonce, verifier] = thirds(bytes);
        Self {
            state: State(encoded(&state)),
            nonce: Nonce::from_random(&nonce),
            code_verifier: CodeVerifier::from_random(verifier),
        }
    }
}

/// By which an answer proves that it belongs to this attempt ([RFC 6749 section 10.12](https://www.rfc-editor.org/rfc/rfc6749#section-10.12)).
#[derive(Clone, Debug)]
pub struct State(Secret);

impl State {
    /// In constant time, letter by letter.
    pub fn matches(&self, text: &str) -> bool {
        self.0 == Secret::new(text)
    }

    pub(crate) fn expose(&self) -> &str {
        self.0.expose()
    }
}

fn thirds(bytes: &[u8; RANDOM_SIZE]) -> [Zeroizing<[u8; 32]>; 3] {
    let mut thirds = [(); 3].map(|()| Zeroizing::new([0; 32]));
    for (third, chunk) in thirds.iter_mut().zip(bytes.chunks_exact(32)) {
        third.copy_from_slice(chunk);
    }
    thirds
}

fn encoded(bytes: &[u8; 32]) -> Secret {
    Secret::new(URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_its_own_bytes() {
        let mut bytes = Zeroizing::new([0; RANDOM_SIZE]);
        bytes
            .iter_mut()
            .zip(0_u8..)
            .for_each(|(byte, value)| *byte = value);
        let attempt = SignInAttempt::from_random(&bytes);
        let decoded = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
        assert_eq!(decoded(attempt.state.expose()), bytes[..32]);
        assert_eq!(decoded(attempt.nonce.expose()), bytes[32..64]);
        assert_eq!(decoded(attempt.code_verifier.expose()), bytes[64..]);
        let shown = format!("{attempt:?}");
        assert!(!shown.contains(attempt.state.expose()), "{shown}");
    }

    #[test]
    fn a_state_is_compared_to_the_letter() {
        let state = SignInAttempt::from_random(&Zeroizing::new([0xa5; RANDOM_SIZE])).state;
        let own = state.expose().to_owned();
        let rows = [
            ("same", own.clone(), true),
            ("other case", own.to_uppercase(), false),
            ("longer", format!("{own}a"), false),
            ("blank", format!("{own} "), false),
            ("shorter", own[1..].to_owned(), false),
            ("empty", String::new(), false),
        ];
        for (name, text, expected) in rows {
            assert_eq!(state.matches(&text), expected, "{name}");
        }
    }
}
