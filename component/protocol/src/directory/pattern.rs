//! Which registrations are meant: `*` stands for any text, `?` for one character, upper and lower case are the same.
//!
//! Graph filters by equality and by beginnings ([`$filter`](https://learn.microsoft.com/graph/filter-query-parameter)); that much is
//! left to it, and the rest is compared here.

use super::application::Application;
use crate::value::guid::is_guid;
use crate::value::impossible::Impossible;
use crate::value::printable::quoted;

/// Names and App ID URIs are no longer.
const LONGEST: usize = 256;

/// A display name with wildcards; or an App ID URI with wildcards, told by its `://`; or a client id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationPattern {
    text: String,
    subject: Subject,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subject {
    ClientId,
    IdentifierUri,
    Name,
}

impl ApplicationPattern {
    /// Takes the pattern as it was typed; an empty one means every registration.
    pub fn parse(text: &str) -> Result<Self, Impossible> {
        if text.chars().count() > LONGEST {
            return Err(Impossible::new(format!(
                "the search pattern is longer than {LONGEST} characters"
            ))
            .with_hint("use the beginning of the name and `*`"));
        }
        if text.chars().any(char::is_control) {
            return Err(Impossible::new(format!(
                "the search pattern {} has control characters",
                quoted(text)
            ))
            .with_hint("use letters, digits, `*` and `?`"));
        }
        let subject = if is_guid(text) {
            Subject::ClientId
        } else if beginning(text).contains("://") {
            Subject::IdentifierUri
        } else {
            Subject::Name
        };
        Ok(Self {
            text: if text.is_empty() { "*" } else { text }.to_owned(),
            subject,
        })
    }

    /// What Graph can leave out by itself.
    pub(super) fn filter(&self) -> Option<String> {
        let beginning = beginning(&self.text);
        let is_whole = beginning.len() == self.text.len();
        // OData 4.01, ABNF `string`: a quote is written twice.
        let literal = format!("'{}'", beginning.replace('\'', "''"));
        match (self.subject, is_whole) {
            (Subject::ClientId, _) => Some(format!("appId eq {literal}")),
            (Subject::IdentifierUri, true) => {
                Some(format!("identifierUris/any(uri:uri eq {literal})"))
            }
            (Subject::IdentifierUri, false) => {
                Some(format!("identifierUris/any(uri:startswith(uri,{literal}))"))
            }
            (Subject::Name, true) => Some(format!("displayName eq {literal}")),
            (Subject::Name, false) if beginning.is_empty() => None,
            (Subject::Name, false) => Some(format!("startswith(displayName,{literal})")),
        }
    }

    /// Whether this registration is meant.
    pub(super) fn matches(&self, application: &Application) -> bool {
        match self.subject {
            Subject::ClientId => self.fits(&application.app_id),
            Subject::IdentifierUri => {
                let mut uris = application.identifier_uris.iter();
                uris.any(|uri| self.fits(uri))
            }
            Subject::Name => self.fits(application.name()),
        }
    }

    /// Walks through both; where they part it goes back to the last `*` and lets it stand for one character more. So the
    /// time is bounded by the product of both lengths.
    fn fits(&self, text: &str) -> bool {
        let pattern = folded(&self.text);
        let text = folded(text);
        let (mut at, mut position) = (0, 0);
        let mut star: Option<(usize, usize)> = None;
        while let Some(character) = text.get(position) {
            match pattern.get(at) {
                Some('*') => {
                    star = Some((at, position));
                    at += 1;
                }
                Some(wanted) if *wanted == '?' || wanted == character => {
                    at += 1;
                    position += 1;
                }
                _ => match star {
                    Some((star_at, taken)) => {
                        star = Some((star_at, taken + 1));
                        at = star_at + 1;
                        position = taken + 1;
                    }
                    None => return false,
                },
            }
        }
        let mut rest = pattern.iter().skip(at);
        rest.all(|wanted| *wanted == '*')
    }
}

/// What stands before the first wildcard.
fn beginning(text: &str) -> &str {
    let end = text.find(['*', '?']).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

fn folded(text: &str) -> Vec<char> {
    text.chars().flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn graph_is_asked_for_no_more_than_it_can_tell() {
        for (pattern, expected) in [
            ("", None),
            ("*", None),
            ("*API", None),
            ("?ourAPI", None),
            ("YourAPI*", Some("startswith(displayName,'YourAPI')")),
            ("Your*PI", Some("startswith(displayName,'Your')")),
            ("YourAP?", Some("startswith(displayName,'YourAP')")),
            ("YourAPI", Some("displayName eq 'YourAPI'")),
            ("O'Brien's", Some("displayName eq 'O''Brien''s'")),
            (
                "x') or startswith(displayName,'*",
                Some("startswith(displayName,'x'') or startswith(displayName,''')"),
            ),
            (
                "77777777-6666-5555-4444-333333333333",
                Some("appId eq '77777777-6666-5555-4444-333333333333'"),
            ),
            ("7777*", Some("startswith(displayName,'7777')")),
            (
                "api://your-api-id",
                Some("identifierUris/any(uri:uri eq 'api://your-api-id')"),
            ),
            (
                "api://*",
                Some("identifierUris/any(uri:startswith(uri,'api://'))"),
            ),
            ("*://x", None),
        ] {
            let pattern = ApplicationPattern::parse(pattern).unwrap();
            assert_eq!(pattern.filter().as_deref(), expected, "{pattern:?}");
        }
    }

    #[test]
    fn wildcards_stand_anywhere() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("*", "anything", true),
            ("", "anything", true),
            ("YourAPI*", "YourAPI", true),
            ("yourapi*", "YourAPI v2", true),
            ("YourAPI*", "My YourAPI", false),
            ("*API*", "YourAPI v2", true),
            ("*API", "YourAPI v2", false),
            ("Y*A?I", "YourAPI", true),
            ("Y*A?I", "YourAI", false),
            ("?", "x", true),
            ("?", "", false),
            ("?", "é", true),
            ("ÉTÉ", "été", true),
            ("a*b*c", "aXbXbXc", true),
            ("a*b*c", "aXbXbX", false),
            ("a**c", "ac", true),
            ("[a]", "a", false),
            ("a.c", "abc", false),
        ] {
            let parsed = ApplicationPattern::parse(pattern).unwrap();
            assert_eq!(parsed.fits(text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn a_pattern_of_many_wildcards_ends() {
        let pattern = ApplicationPattern::parse(&format!("{}b", "a*".repeat(120))).unwrap();
        assert!(!pattern.fits(&"a".repeat(256)));
    }

    #[test]
    fn what_no_name_can_have_is_refused() {
        for text in ["a\nb", "\u{1b}[2J", &"x".repeat(257)] {
            assert!(ApplicationPattern::parse(text).is_err(), "{text:?}");
        }
    }
}
