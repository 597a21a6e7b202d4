//! The claims `appidacr` and `azpacr` of access tokens.

/// How a client proved itself, as the claims `appidacr` and `azpacr` say it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum AuthenticationMethod {
    /// A client assertion.
    Assertion,
    /// Nothing: the client is public.
    None,
    /// A client secret.
    Secret,
}

impl AuthenticationMethod {
    /// The claim's value.
    pub(crate) fn as_claim(self) -> &'static str {
        match self {
            Self::None => "0",
            Self::Secret => "1",
            Self::Assertion => "2",
        }
    }
}
