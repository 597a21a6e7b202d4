//! Text that must not be seen: client secrets, tokens, assertions.
//!
//! It does not protect against a debugger or a core dump; it makes the accidental ways out (a log line, an error message, a
//! serialised profile, a freed buffer) impossible or empty.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A text that is cleared when dropped, never printed, and compared in constant time.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes over the text; the caller should keep no copy.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself. The name is meant to be found by a reviewer's search.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is no text at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

/// Takes the same time wherever two texts of equal length differ; the length itself is not hidden.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(****)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_shows_nothing_of_the_text() {
        for text in ["", "S3cr3t~+/=&% é", "****"] {
            assert_eq!(format!("{:?}", Secret::new(text)), "Secret(****)");
            assert_eq!(
                format!("{:#?}", Some(Secret::new(text)))
                    .matches("****")
                    .count(),
                1
            );
        }
    }

    #[test]
    fn equality_is_that_of_the_texts() {
        let rows = [
            ("same", "abc", "abc", true),
            ("first byte differs", "xbc", "abc", false),
            ("last byte differs", "abx", "abc", false),
            ("prefix", "ab", "abc", false),
            ("both empty", "", "", true),
            ("one empty", "", "a", false),
            ("case matters", "ABC", "abc", false),
        ];
        for (name, left, right, expected) in rows {
            assert_eq!(Secret::new(left) == Secret::new(right), expected, "{name}");
        }
    }

    #[test]
    fn the_text_is_kept_as_it_is() {
        let secret = Secret::from(String::from(" S3cr3t~+/=&% é\n"));
        assert_eq!(secret.expose(), " S3cr3t~+/=&% é\n");
        assert!(!secret.is_empty());
        assert!(Secret::new("").is_empty());
    }
}
