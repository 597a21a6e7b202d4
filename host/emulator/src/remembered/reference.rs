//! What is handed out instead of the thing itself, and asked for again: the text of codes, refresh
//! tokens and sessions is a reference to what the tenant keeps (a handle, RFC 6819 section 3.1).

use std::collections::VecDeque;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::refusal::Refusal;

/// Things by their references, the oldest first. When there are too many, the oldest are forgotten.
pub(crate) struct References<T>(VecDeque<(String, T)>);

impl<T> References<T> {
    /// Keeps a thing and gives its reference: the prefix and 43 random characters.
    pub(crate) fn keep(&mut self, prefix: &str, thing: T) -> Result<String, Refusal> {
        let mut random = [0; 32];
        SystemRandom::new()
            .fill(&mut random)
            .map_err(|_| Refusal::issuing_failed())?;
        let reference = format!("{prefix}{}", URL_SAFE_NO_PAD.encode(random));
        self.keep_as(reference.clone(), thing);
        Ok(reference)
    }

    /// Keeps a thing under a reference of the caller's.
    pub(crate) fn keep_as(&mut self, reference: String, thing: T) {
        if self.0.len() == MOST {
            self.0.pop_front();
        }
        self.0.push_back((reference, thing));
    }

    pub(crate) fn get(&self, reference: &str) -> Option<&T> {
        let found = self.0.iter().find(|(candidate, _)| candidate == reference);
        found.map(|(_, thing)| thing)
    }

    pub(crate) fn get_mut(&mut self, reference: &str) -> Option<&mut T> {
        let found = self
            .0
            .iter_mut()
            .find(|(candidate, _)| candidate == reference);
        found.map(|(_, thing)| thing)
    }

    pub(crate) fn take(&mut self, reference: &str) -> Option<T> {
        let position = self
            .0
            .iter()
            .position(|(candidate, _)| candidate == reference)?;
        self.0.remove(position).map(|(_, thing)| thing)
    }

    pub(crate) fn retain(&mut self, keeps: impl Fn(&T) -> bool) {
        self.0.retain(|(_, thing)| keeps(thing));
    }

    /// The newest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter().rev().map(|(_, thing)| thing)
    }

    /// The newest first.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.iter_mut().rev().map(|(_, thing)| thing)
    }
}

impl<T> Default for References<T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

/// The text, if it could be a code or a refresh token of this tenant: Entra ID looks at that before
/// anything else.
pub(crate) fn well_formed(text: &str) -> Result<&str, Refusal> {
    let rest = text.strip_prefix("1.A").unwrap_or_default();
    let is_base64url = rest
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if rest.len() == 43 && is_base64url {
        Ok(text)
    } else {
        Err(Refusal::invalid_grant(
            9_002_313,
            "The request is malformed.",
        ))
    }
}

/// Enough for any test; a forgotten emulator must not fill the memory.
const MOST: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_found_by_its_reference_until_it_is_taken() {
        let mut things = References::default();
        let first = things.keep("1.A", 1).unwrap();
        let second = things.keep("1.A", 2).unwrap();
        assert_ne!(first, second);
        assert_eq!(first.len(), 46);
        assert_eq!(things.get(&first), Some(&1));
        assert_eq!(things.take(&first), Some(1));
        assert_eq!(things.take(&first), None);
        assert_eq!(things.get(&second), Some(&2));
    }

    #[test]
    fn the_oldest_make_room() {
        let mut things = References::default();
        for number in 0..=MOST {
            things.keep_as(number.to_string(), number);
        }
        assert_eq!(things.get("0"), None);
        assert_eq!(things.get("1"), Some(&1));
    }

    #[test]
    fn shortened_and_changed_text_has_not_the_shape() {
        let text = References::default().keep("1.A", ()).unwrap();
        assert_eq!(well_formed(&text), Ok(text.as_str()));
        for other in [
            "",
            "code",
            &text[..45],
            &text.replace("1.A", "0.A"),
            &(text.clone() + "!"),
        ] {
            assert_eq!(well_formed(other).unwrap_err().code, 9_002_313, "{other}");
        }
    }
}
