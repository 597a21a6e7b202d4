//! How an application proves that it is itself.
//!
//! [RFC 6749 section 2.3](https://www.rfc-editor.org/rfc/rfc6749#section-2.3), always in the body: Entra takes HTTP Basic too, but its
//! encoding of special characters is where clients differ.

use crate::form::Form;
use crate::secret::Secret;

/// The proof that goes with a token request.
#[derive(Clone, Debug)]
pub enum ClientAuthentication {
    /// A client secret's value, sent as it is.
    Secret(Secret),
}

impl ClientAuthentication {
    pub(crate) fn append_to<'a>(&'a self, form: &mut Form<'a>) {
        match self {
            Self::Secret(secret) => form.append("client_secret", secret.expose()),
        }
    }
}
