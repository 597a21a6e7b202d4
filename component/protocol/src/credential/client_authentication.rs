//! How an application proves that it is itself.
//!
//! [RFC 6749 section 2.3](https://www.rfc-editor.org/rfc/rfc6749#section-2.3), always in the body: Entra takes HTTP Basic too, but its
//! encoding of special characters is where clients differ.

use crate::exchange::form::Form;
use crate::value::impossible::Impossible;
use crate::value::secret::Secret;

/// [RFC 7523 section 2.2](https://www.rfc-editor.org/rfc/rfc7523#section-2.2).
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The proof that goes with a token request.
#[derive(Clone, Debug)]
pub enum ClientAuthentication {
    /// A signed assertion: [`crate::credential::client_assertion::ClientAssertion::sign`] makes one with a certificate, and
    /// [`crate::credential::federated_assertion::FederatedAssertion`] is
    /// somebody else's.
    Assertion(Secret),
    /// A public client has nothing to prove with.
    None,
    /// A client secret's value, sent as it is.
    Secret(Secret),
}

impl ClientAuthentication {
    /// Refuses a proof that is empty.
    pub(crate) fn check(&self) -> Result<(), Impossible> {
        match self {
            Self::Assertion(assertion) if assertion.is_empty() => {
                Err(Impossible::new("the client assertion is empty"))
            }
            Self::Secret(secret) if secret.is_empty() => {
                Err(Impossible::new("the client secret is empty"))
            }
            Self::Assertion(_) | Self::None | Self::Secret(_) => Ok(()),
        }
    }

    /// Refuses a proof that is empty or missing, for grants that only confidential clients have.
    pub(crate) fn check_confidential(&self, grant: &str) -> Result<(), Impossible> {
        if matches!(self, Self::None) {
            return Err(Impossible::new(format!(
                "{grant} needs a client that can prove who it is"
            ))
            .with_hint("give a client secret, a certificate or a federated assertion"));
        }
        self.check()
    }

    pub(crate) fn append_to<'a>(&'a self, form: &mut Form<'a>) {
        match self {
            Self::Assertion(assertion) => {
                form.append("client_assertion_type", JWT_BEARER);
                form.append("client_assertion", assertion.expose());
            }
            Self::None => {}
            Self::Secret(secret) => form.append("client_secret", secret.expose()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_proof_is_checked() {
        let rows = [
            (
                "secret",
                ClientAuthentication::Secret(Secret::new("s")),
                None,
                None,
            ),
            (
                "empty secret",
                ClientAuthentication::Secret(Secret::new("")),
                Some("the client secret is empty"),
                Some("the client secret is empty"),
            ),
            (
                "assertion",
                ClientAuthentication::Assertion(Secret::new("a.b.c")),
                None,
                None,
            ),
            (
                "empty assertion",
                ClientAuthentication::Assertion(Secret::new("")),
                Some("the client assertion is empty"),
                Some("the client assertion is empty"),
            ),
            (
                "nothing",
                ClientAuthentication::None,
                None,
                Some("the grant needs a client that can prove who it is"),
            ),
        ];
        for (name, proof, public, confidential) in rows {
            let message = |outcome: Result<(), Impossible>| {
                outcome.err().map(|error| error.message().to_owned())
            };
            assert_eq!(message(proof.check()).as_deref(), public, "{name}");
            let outcome = proof.check_confidential("the grant");
            assert_eq!(message(outcome).as_deref(), confidential, "{name}");
        }
    }
}
