//! Whom a name has led to: people say an alias, a short name or nothing at all, and tokens are kept by account.
//!
//! An account never passes to somebody else ([`AccountId`]); a name does, and then it leads to whoever signed in by it last.

use std::time::Duration;

use serde::Serialize;

use crate::token::account::AccountId;
use crate::token::cache::{CacheKey, LONGEST_IDLE};
use crate::value::json;
use crate::value::time::Timestamp;

/// So often it is noted that a name is still in use.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Changes whenever an older program would misread an entry.
const VERSION: u32 = 1;

/// A few texts of known length, and an account.
const LONGEST: usize = 4096;

/// What is kept under a name, by [`Subject::Named`](crate::token::cache::Subject::Named).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedAccount {
    /// Who signed in.
    pub account: AccountId,
    /// When that was, or when the name was used last, to the day.
    pub noted_at: Timestamp,
    /// The server has said that this person has to sign in again, and nobody has yet.
    pub must_sign_in: bool,
}

impl NamedAccount {
    /// Whether it says the same at `now` as one that would be written then.
    pub fn is_current(&self, account: &AccountId, now: Timestamp) -> bool {
        self.account == *account
            && !self.must_sign_in
            && self.noted_at <= now
            && now.saturating_since(self.noted_at) < DAY
    }

    /// Until when it may be of use: as long as a refresh token that nobody uses.
    pub fn keep_until(&self) -> Timestamp {
        self.noted_at.saturating_add(LONGEST_IDLE)
    }

    /// The bytes to store under this key.
    pub fn to_bytes(&self, key: &CacheKey) -> Vec<u8> {
        let stored = Stored {
            version: VERSION,
            client: key.client(),
            entry: key.entry(),
            account: self.account.as_str(),
            noted_at: self.noted_at.unix_seconds(),
            must_sign_in: self.must_sign_in,
        };
        // Texts and numbers always serialise; and no bytes are an absent entry.
        serde_json::to_vec(&stored).unwrap_or_default()
    }

    /// Reads what was stored under this key; anything else is not there.
    pub fn from_bytes(bytes: &[u8], key: &CacheKey) -> Option<Self> {
        if bytes.len() > LONGEST {
            return None;
        }
        let members = json::object(bytes).ok()?;
        let text = |name: &str| members.get(name)?.as_str();
        let number = |name: &str| members.get(name)?.as_u64();
        let is_expected = members.len() == 6
            && number("version") == Some(VERSION.into())
            && text("client") == Some(key.client())
            && text("entry") == Some(key.entry());
        is_expected.then_some(())?;
        Some(Self {
            account: AccountId::from_text(text("account")?)?,
            noted_at: Timestamp::from_unix_seconds(number("noted_at")?),
            must_sign_in: members.get("must_sign_in")?.as_bool()?,
        })
    }
}

/// The stored form.
#[derive(Serialize)]
struct Stored<'a> {
    version: u32,
    client: &'a str,
    entry: &'a str,
    account: &'a str,
    noted_at: u64,
    must_sign_in: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authority::Authority;
    use crate::request::client_id::ClientId;
    use crate::request::scope::Scopes;
    use crate::token::cache::Subject;

    fn key(name: &str) -> CacheKey {
        CacheKey::new(
            &Authority::parse("https://login.microsoftonline.com", "t").unwrap(),
            &ClientId::parse("c").unwrap(),
            Subject::Named(name),
            &Scopes::default(),
            None,
        )
    }

    fn named(account: &str, noted_at: u64, must_sign_in: bool) -> NamedAccount {
        NamedAccount {
            account: AccountId::from_text(account).unwrap(),
            noted_at: Timestamp::from_unix_seconds(noted_at),
            must_sign_in,
        }
    }

    #[test]
    fn a_name_leads_where_it_led_and_no_other_does() {
        let alice = named("o.t", 10_000, true);
        let bytes = alice.to_bytes(&key("alice"));
        assert_eq!(
            NamedAccount::from_bytes(&bytes, &key("Alice")),
            Some(alice),
            "in any case"
        );
        for (what, bytes, name) in [
            ("another name", bytes.as_slice(), "bob"),
            ("no name", bytes.as_slice(), ""),
            ("nothing", b"".as_slice(), "alice"),
            ("half", bytes.get(..bytes.len() / 2).unwrap(), "alice"),
        ] {
            assert_eq!(NamedAccount::from_bytes(bytes, &key(name)), None, "{what}");
        }
    }

    #[test]
    fn what_is_noted_already_is_not_noted_again() {
        let day = 24 * 60 * 60;
        for (name, noted, account, now, expected) in [
            ("just now", named("o.t", 10_000, false), "o.t", 10_000, true),
            (
                "a day ago",
                named("o.t", 10_000, false),
                "o.t",
                10_000 + day,
                false,
            ),
            ("another", named("o.t", 10_000, false), "p.t", 10_000, false),
            ("refused", named("o.t", 10_000, true), "o.t", 10_000, false),
            (
                "in the future",
                named("o.t", 10_001, false),
                "o.t",
                10_000,
                false,
            ),
        ] {
            let account = AccountId::from_text(account).unwrap();
            let now = Timestamp::from_unix_seconds(now);
            assert_eq!(noted.is_current(&account, now), expected, "{name}");
        }
    }
}
