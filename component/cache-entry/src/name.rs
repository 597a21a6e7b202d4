use sealing::cache_entry::{self, is_name};

use crate::Misuse;

/// An entry by its two names, which become a path or a key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntryName {
    client: String,
    entry: String,
}

impl EntryName {
    /// Fails if one of the two cannot be a name.
    pub fn new(client: String, entry: String) -> Result<Self, Misuse> {
        match is_name(&client) && is_name(&entry) {
            true => Ok(Self { client, entry }),
            false => Err(Misuse::Name(format!("{:?}", [client, entry]))),
        }
    }

    /// All entries of a client have it in common.
    #[must_use]
    pub fn client(&self) -> &str {
        &self.client
    }

    /// Which of the client's.
    #[must_use]
    pub fn entry(&self) -> &str {
        &self.entry
    }

    /// What it is sealed with.
    #[must_use]
    pub fn sealed(&self) -> cache_entry::Name<'_> {
        cache_entry::Name {
            client: &self.client,
            entry: &self.entry,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_short_hexadecimal_names_are_taken() {
        for (client, entry, is_taken) in [
            ("0a", "ff", true),
            ("", "ff", false),
            ("0a", "", false),
            ("0A", "ff", false),
            ("../0a", "ff", false),
            ("0a", "a b", false),
        ] {
            let name = EntryName::new(client.to_owned(), entry.to_owned());
            assert_eq!(name.is_ok(), is_taken, "{client} {entry}");
        }
    }
}
