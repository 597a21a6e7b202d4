use std::collections::BTreeMap;

use crate::EntryName;

/// A token is some kilobytes long.
const CAPACITY: usize = 4096;

/// Entries in an instance's memory, and until when somebody may need them, in seconds since the Unix epoch.
#[derive(Debug, Default)]
pub struct Kept(BTreeMap<EntryName, (Vec<u8>, i64)>);

impl Kept {
    /// The entry's content, if it is kept.
    #[must_use]
    pub fn read(&self, name: &EntryName) -> Option<Vec<u8>> {
        self.0.get(name).map(|(content, _)| content.clone())
    }

    /// Keeps an entry, at `now`.
    pub fn write(&mut self, name: EntryName, content: Vec<u8>, keep_until: i64, now: i64) {
        if self.0.len() >= CAPACITY && !self.0.contains_key(&name) {
            self.make_room(now);
        }
        self.0.insert(name, (content, keep_until));
    }

    /// What nobody needs any more goes first, then the entry whose time ends first.
    fn make_room(&mut self, now: i64) {
        self.0.retain(|_, (_, keep_until)| *keep_until > now);
        if self.0.len() >= CAPACITY {
            let first = self.0.iter().min_by_key(|(_, (_, keep_until))| *keep_until);
            let first = first.map(|(name, _)| name.clone());
            first.map(|name| self.0.remove(&name));
        }
    }

    /// Forgets a client's entries; returns how many there were.
    pub fn remove(&mut self, client: &str) -> u32 {
        let before = self.0.len();
        self.0.retain(|name, _| name.client() != client);
        u32::try_from(before.saturating_sub(self.0.len())).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(number: usize) -> EntryName {
        EntryName::new("c".to_owned(), format!("{number:x}")).unwrap()
    }

    #[test]
    fn memory_is_bounded_and_what_ends_first_goes_first() {
        let mut kept = Kept::default();
        for number in 0..CAPACITY {
            kept.write(name(number), Vec::new(), 100 + number as i64, 0);
        }
        kept.write(name(CAPACITY), Vec::new(), 1_000_000, 50);
        assert_eq!(kept.read(&name(0)), None, "it would have ended first");
        assert!(kept.read(&name(1)).is_some());
        kept.write(name(CAPACITY + 1), Vec::new(), 1_000_000, 200);
        assert_eq!(kept.read(&name(100)), None, "it is over");
        assert!(kept.read(&name(101)).is_some());
        assert!(kept.remove("c") > 0);
        assert_eq!(kept.read(&name(CAPACITY)), None);
    }
}
