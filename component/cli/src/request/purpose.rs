//! What a request is for: how much may be asked of a person and of the environment.

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Nothing is sent, so nobody is asked for what is missing.
    LookUp,
    /// Nobody signs in.
    Renew,
    /// Whatever the flow takes.
    SignIn,
}
