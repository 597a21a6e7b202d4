//! What binds an id_token to one sign-in.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::value::secret::Secret;

/// By which an id_token proves that it belongs to this attempt
/// ([OpenID Connect Core section 3.1.2.1](https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest)).
#[derive(Clone, Debug)]
pub struct Nonce(Secret);

impl Nonce {
    /// 43 characters of 32 random bytes.
    pub fn from_random(bytes: &[u8; 32]) -> Self {
        Self(Secret::new(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// In constant time, letter by letter.
    pub fn matches(&self, text: &str) -> bool {
        self.0 == Secret::new(text)
    }

    pub(crate) fn expose(&self) -> &str {
        self.0.expose()
    }
}
