//! Who is at the other end of a request's connection, as far as the engine says it.

/// Where the caller is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Peer {
    /// On this machine.
    Loopback,
    /// On another one.
    Elsewhere,
    /// The engine does not say.
    #[default]
    Unknown,
}
