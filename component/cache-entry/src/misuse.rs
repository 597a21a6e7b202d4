use sealing::cache_entry::{LARGEST, is_name};

/// What whoever uses the cache did wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misuse {
    /// This cannot be the name of an entry.
    Name(String),
    /// The content is too large for an entry.
    Size,
}

impl Misuse {
    /// What is wrong.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::Name(name) => format!("{name} cannot be the name of an entry"),
            Self::Size => format!("the entry is larger than {LARGEST} bytes"),
        }
    }

    /// What to do about it.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Name(_) => "report this as a fault of entra-auth-cli",
            Self::Size => "go on without the cache",
        }
    }
}

/// Fails if entries of no client have this in common.
pub fn check_client(client: &str) -> Result<(), Misuse> {
    match is_name(client) {
        true => Ok(()),
        false => Err(Misuse::Name(client.to_owned())),
    }
}

/// Fails for what is too large.
pub fn check_content(content: &[u8]) -> Result<(), Misuse> {
    match content.len() <= LARGEST {
        true => Ok(()),
        false => Err(Misuse::Size),
    }
}
