//! The address that a browser is started with. It is good for one visit, and leads on to the sign-in page.
//!
//! What a program is started with can be read by every user of most systems, and the address of the sign-in page has the
//! `state` by which an answer is known to belong to this sign-in.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::HeaderValue;

use crate::system::random;

/// Where entrances are, on the port of the answer.
const FOLDER: &str = "/start/";

/// The entrances of one port.
#[derive(Default)]
pub(super) struct Entrances(Mutex<Vec<Entrance>>);

struct Entrance {
    path: String,
    /// Gone once it was visited.
    leads_to: Option<HeaderValue>,
}

/// What is behind a path.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Visit {
    /// The sign-in page.
    First(HeaderValue),
    /// Somebody was here before.
    Again,
    /// This is no entrance.
    Elsewhere,
}

impl Entrances {
    /// The path of a new one that leads to `url`.
    pub(super) fn open(&self, url: &str) -> io::Result<String> {
        let leads_to = HeaderValue::try_from(url).map_err(io::Error::other)?;
        let number = random::bytes()?;
        let path = format!("{FOLDER}{:032x}", u128::from_ne_bytes(number));
        self.list().push(Entrance {
            path: path.clone(),
            leads_to: Some(leads_to),
        });
        Ok(path)
    }

    /// Enters by `path`.
    pub(super) fn visit(&self, path: &str) -> Visit {
        match self.list().iter_mut().find(|one| one.path == path) {
            Some(entrance) => entrance.leads_to.take().map_or(Visit::Again, Visit::First),
            None => Visit::Elsewhere,
        }
    }

    fn list(&self) -> MutexGuard<'_, Vec<Entrance>> {
        // Nothing is left half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entrance_is_good_for_one_visit() {
        let entrances = Entrances::default();
        let url = "https://login.example/authorize?state=s";
        let [first, second] = [(); 2].map(|()| entrances.open(url).unwrap());
        assert_ne!(first, second);
        assert!(first.len() == FOLDER.len() + 32 && !first.contains("state"));
        let page = || Visit::First(HeaderValue::from_static(url));
        assert_eq!(entrances.visit(&first), page());
        assert_eq!(entrances.visit(&first), Visit::Again);
        assert_eq!(entrances.visit(&second), page());
        for path in ["/", "/start/", "/start/0", &first.to_uppercase()] {
            assert_eq!(entrances.visit(path), Visit::Elsewhere, "{path}");
        }
    }
}
