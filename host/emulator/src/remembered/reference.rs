//! Things that are handed out under an unguessable name and asked for again: codes, refresh tokens,
//! sessions.

use std::collections::VecDeque;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::refusal::Refusal;

/// Named things, the oldest first. When there are too many, the oldest are forgotten.
pub(crate) struct Shelf<T>(VecDeque<(String, T)>);

impl<T> Shelf<T> {
    /// Keeps a thing and gives its name: the prefix and 43 random characters.
    pub(crate) fn keep(&mut self, prefix: &str, thing: T) -> Result<String, Refusal> {
        let mut random = [0; 32];
        SystemRandom::new()
            .fill(&mut random)
            .map_err(|_| Refusal::issuing_failed())?;
        let name = format!("{prefix}{}", URL_SAFE_NO_PAD.encode(random));
        self.keep_as(name.clone(), thing);
        Ok(name)
    }

    /// Keeps a thing under a name of the caller's.
    pub(crate) fn keep_as(&mut self, name: String, thing: T) {
        if self.0.len() == MOST {
            self.0.pop_front();
        }
        self.0.push_back((name, thing));
    }

    pub(crate) fn get(&self, name: &str) -> Option<&T> {
        let found = self.0.iter().find(|(candidate, _)| candidate == name);
        found.map(|(_, thing)| thing)
    }

    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        let found = self.0.iter_mut().find(|(candidate, _)| candidate == name);
        found.map(|(_, thing)| thing)
    }

    pub(crate) fn take(&mut self, name: &str) -> Option<T> {
        let position = self.0.iter().position(|(candidate, _)| candidate == name)?;
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

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

/// Enough for any test; a forgotten emulator must not fill the memory.
const MOST: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_found_under_its_name_until_it_is_taken() {
        let mut shelf = Shelf::default();
        let first = shelf.keep("1.A", 1).unwrap();
        let second = shelf.keep("1.A", 2).unwrap();
        assert_ne!(first, second);
        assert_eq!(first.len(), 46);
        assert_eq!(shelf.get(&first), Some(&1));
        assert_eq!(shelf.take(&first), Some(1));
        assert_eq!(shelf.take(&first), None);
        assert_eq!(shelf.get(&second), Some(&2));
    }

    #[test]
    fn the_oldest_make_room() {
        let mut shelf = Shelf::default();
        for number in 0..=MOST {
            shelf.keep_as(number.to_string(), number);
        }
        assert_eq!(shelf.get("0"), None);
        assert_eq!(shelf.get("1"), Some(&1));
    }
}
