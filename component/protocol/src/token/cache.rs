//! Tokens kept for later: under which key, in which form, and whether they still serve.
//!
//! A key is a pair of digests, so that a store learns neither tenants nor scopes, and everything that makes two tokens different goes
//! into it. An entry repeats its key: one that was moved or renamed in the store is not there. Sealing entries is the store's task.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::authority::Authority;
use crate::exchange::answer::MAX_BODY_SIZE;
use crate::request::claims::Claims;
use crate::request::client_id::ClientId;
use crate::request::scope::Scopes;
use crate::token::account::AccountId;
use crate::token::response::{BEARER, LONGEST_LIFE, TokenResponse};
use crate::value::json;
use crate::value::secret::Secret;
use crate::value::time::Timestamp;

/// A token this close to its end is not handed out: it has to survive the caller's work and clocks that differ. All of Microsoft's
/// libraries use these five minutes, and Entra dates tokens back by as much.
pub const EXPIRY_MARGIN: Duration = Duration::from_secs(300);

/// How far in the future an entry may claim to have been made; beyond that the clock was set back, and no time in it can be trusted.
pub const CLOCK_SKEW: Duration = Duration::from_secs(300);

/// How long a refresh token lives when it is not used; whoever uses it gets the next one.
///
/// [Token lifetime](https://learn.microsoft.com/entra/identity-platform/refresh-tokens#token-lifetime): 90 days, single-page apps aside.
pub(crate) const LONGEST_IDLE: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// 128 bits: a collision by accident will not happen, and nobody gains from one made on purpose in their own cache.
const DIGEST_SIZE: usize = 16;

/// Changes whenever an older program would misread an entry.
const VERSION: u32 = 1;

/// Whom a token speaks for; the part of a grant that tells two tokens of one client apart.
#[derive(Clone, Copy, Debug)]
pub enum Subject<'a> {
    /// The application itself.
    Application,
    /// The application itself, by the word of the platform that it runs on.
    ManagedIdentity,
    /// A person, by their account's id.
    User(&'a AccountId),
    /// Whoever the name leads to, in any case; empty for whoever signs in without one.
    Named(&'a str),
    /// Whoever an incoming token speaks for.
    Assertion(&'a Secret),
}

/// Where an entry is kept: two texts of 32 lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheKey {
    client: String,
    entry: String,
}

impl CacheKey {
    /// The key for exactly this token and no other.
    pub fn new(
        authority: &Authority,
        client_id: &ClientId,
        subject: Subject<'_>,
        scopes: &Scopes,
        claims: Option<&Claims>,
    ) -> Self {
        let mut client = Fields::new("entra-auth token-cache client 1");
        client.add(&authority.canonical_origin());
        client.add(&authority.tenant().to_ascii_lowercase());
        client.add(&client_id.as_str().to_ascii_lowercase());

        let mut entry = Fields::new("entra-auth token-cache entry 1");
        match subject {
            Subject::Application => entry.add("application"),
            Subject::ManagedIdentity => entry.add("managed identity"),
            Subject::User(account) => {
                entry.add("user");
                entry.add(account.as_str());
            }
            Subject::Named(name) => {
                entry.add("named");
                entry.add(&name.to_lowercase());
            }
            Subject::Assertion(assertion) => {
                entry.add("assertion");
                entry.add(assertion.expose());
            }
        }
        let scopes = scopes.to_sorted();
        entry.add(&scopes.len().to_string());
        scopes.iter().for_each(|scope| entry.add(scope));
        entry.add(claims.map_or("", Claims::as_str));
        Self {
            client: client.digest(),
            entry: entry.digest(),
        }
    }

    /// The key for the keys that are published at `place`, apart from all tokens.
    pub(crate) fn of_key_set(place: &str) -> Self {
        let mut entry = Fields::new("entra-auth token-cache key set 1");
        entry.add(place);
        Self {
            client: Fields::new("entra-auth token-cache key sets 1").digest(),
            entry: entry.digest(),
        }
    }

    /// Which authority, tenant and client: all entries to forget together.
    pub fn client(&self) -> &str {
        &self.client
    }

    /// Which of the client's tokens.
    pub fn entry(&self) -> &str {
        &self.entry
    }
}

/// Hashes fields so that no two lists of fields give the same input: each goes behind its length.
struct Fields(Sha256);

impl Fields {
    fn new(domain: &str) -> Self {
        let mut fields = Self(Sha256::new());
        fields.add(domain);
        fields
    }

    fn add(&mut self, field: &str) {
        self.add_bytes(field.as_bytes());
    }

    fn add_bytes(&mut self, field: &[u8]) {
        self.0.update((field.len() as u64).to_be_bytes());
        self.0.update(field);
    }

    fn digest(self) -> String {
        self.0
            .finalize()
            .iter()
            .take(DIGEST_SIZE)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

/// Which credential proved the client when a token was got, as a digest: a secret that was replaced since, or another certificate,
/// has another one. Kept inside of an entry, which is sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialMark(String);

impl CredentialMark {
    /// Of a kind of credential and all that tells one of that kind from another.
    pub fn new<'a>(kind: &str, parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut fields = Fields::new("entra-auth token-cache credential 1");
        fields.add(kind);
        parts.into_iter().for_each(|part| fields.add_bytes(part));
        Self(fields.digest())
    }
}

/// A token with what is needed to judge and replace it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheEntry {
    /// The token. Its type is [`BEARER`].
    pub access_token: Secret,
    /// What it was granted for, or asked for where the server did not say.
    pub scopes: Scopes,
    /// When it came.
    pub obtained_at: Timestamp,
    /// From when on it is not valid.
    pub expires_at: Timestamp,
    /// From when on a new one should be asked for although this one is valid.
    pub refresh_at: Option<Timestamp>,
    /// What gets the next token without a person.
    pub refresh_token: Option<Secret>,
    /// Who signed in; not verified.
    pub id_token: Option<Secret>,
    /// What the client proved itself with, if it did.
    pub credential: Option<CredentialMark>,
}

impl CacheEntry {
    /// Whether it is known how long the token lives; another is for one use.
    pub fn lasts(&self) -> bool {
        self.expires_at > self.obtained_at
    }

    /// The entry for an answer to a request for these scopes with this credential.
    pub fn from_response(
        response: TokenResponse,
        requested: &Scopes,
        credential: Option<CredentialMark>,
    ) -> Self {
        Self {
            access_token: response.access_token,
            scopes: response.scopes.unwrap_or_else(|| requested.clone()),
            obtained_at: response.obtained_at,
            expires_at: response.expires_at,
            refresh_at: response.refresh_at,
            refresh_token: response.refresh_token,
            id_token: response.id_token,
            credential,
        }
    }

    /// Until when anything in it may be of use.
    pub fn keep_until(&self) -> Timestamp {
        match self.refresh_token {
            Some(_) => self.obtained_at.saturating_add(LONGEST_IDLE),
            None => self.expires_at,
        }
    }

    /// The bytes to store under this key. They hold the token in clear and clear themselves.
    pub fn to_bytes(&self, key: &CacheKey) -> Zeroizing<Vec<u8>> {
        let scope = self.scopes.to_string();
        let stored = Stored {
            version: VERSION,
            client: &key.client,
            entry: &key.entry,
            token_type: BEARER,
            scope: &scope,
            obtained_at: self.obtained_at.unix_seconds(),
            expires_at: self.expires_at.unix_seconds(),
            refresh_at: self.refresh_at.map(Timestamp::unix_seconds),
            access_token: self.access_token.expose(),
            refresh_token: self.refresh_token.as_ref().map(Secret::expose),
            id_token: self.id_token.as_ref().map(Secret::expose),
            credential: self
                .credential
                .as_ref()
                .map(|CredentialMark(digest)| digest.as_str()),
        };
        // A buffer that had to grow would leave copies of the token behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(stored.longest()));
        match serde_json::to_writer(&mut *bytes, &stored) {
            Ok(()) => bytes,
            // Texts and numbers always serialise into memory; and no bytes are an absent entry.
            Err(_) => Zeroizing::new(Vec::new()),
        }
    }

    /// Reads what was stored under this key; anything else, damaged, newer or belonging to another key, is not there.
    pub fn from_bytes(bytes: &[u8], key: &CacheKey) -> Option<Self> {
        if bytes.len() > 4 * MAX_BODY_SIZE {
            return None;
        }
        let mut members = json::object(bytes).ok()?;
        let text = |name: &str| members.get(name)?.as_str();
        let number = |name: &str| members.get(name)?.as_u64();
        let is_expected = number("version") == Some(VERSION.into())
            && text("client") == Some(&key.client)
            && text("entry") == Some(&key.entry)
            && text("token_type") == Some(BEARER);
        let (obtained_at, expires_at) = (number("obtained_at")?, number("expires_at")?);
        let life = expires_at.checked_sub(obtained_at)?;
        if !is_expected || life > LONGEST_LIFE.as_secs() {
            return None;
        }
        let scopes = Scopes::parse(text("scope")?).ok()?;
        let refresh_at = match members.get("refresh_at") {
            None | Some(Value::Null) => None,
            Some(time) => Some(Timestamp::from_unix_seconds(time.as_u64()?)),
        };
        let credential = taken(&mut members, "credential")?.map(CredentialMark);
        let mut optional_secret = |name| match taken(&mut members, name)? {
            None => Some(None),
            Some(text) => secret(text).map(Some),
        };
        Some(Self {
            access_token: optional_secret("access_token")??,
            scopes,
            obtained_at: Timestamp::from_unix_seconds(obtained_at),
            expires_at: Timestamp::from_unix_seconds(expires_at),
            refresh_at,
            refresh_token: optional_secret("refresh_token")?,
            id_token: optional_secret("id_token")?,
            credential,
        })
    }
}

/// The stored form.
#[derive(Serialize)]
struct Stored<'a> {
    version: u32,
    client: &'a str,
    entry: &'a str,
    token_type: &'a str,
    scope: &'a str,
    obtained_at: u64,
    expires_at: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_at: Option<u64>,
    access_token: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credential: Option<&'a str>,
}

impl Stored<'_> {
    fn longest(&self) -> usize {
        let optional = |text: Option<&str>| text.map_or(0, str::len);
        // Tokens and scopes have a character to escape at worst in every place; names, digests and times take less than 512.
        512 + 2
            * (self.scope.len()
                + self.access_token.len()
                + optional(self.refresh_token)
                + optional(self.id_token))
    }
}

/// A text that may be absent, without a copy. None if it is there and no text.
fn taken(members: &mut Map<String, Value>, name: &str) -> Option<Option<String>> {
    match members.get_mut(name).map(Value::take) {
        None | Some(Value::Null) => Some(None),
        Some(Value::String(text)) => Some(Some(text)),
        Some(_) => None,
    }
}

fn secret(text: String) -> Option<Secret> {
    let secret = Secret::new(text);
    let is_token =
        !secret.is_empty() && secret.expose().bytes().all(|byte| byte.is_ascii_graphic());
    is_token.then_some(secret)
}

/// What to do about a token that may be in the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Hand out the cached token.
    Fresh,
    /// Ask for a new token; if that fails, hand out the cached one.
    Renew,
    /// There is no token to hand out; ask for one. A refresh token in the entry can still be used.
    Absent,
}

/// Judges an entry at `now`, for a client that proves itself with `credential`, if it does: a token that another one got is not handed
/// out, or a new secret that is wrong would look right for as long as the token lives.
pub fn decide(
    entry: Option<&CacheEntry>,
    credential: Option<&CredentialMark>,
    now: Timestamp,
) -> Decision {
    let Some(entry) = entry else {
        return Decision::Absent;
    };
    if credential.is_some() && entry.credential.as_ref() != credential {
        return Decision::Absent;
    }
    if entry.obtained_at > now.saturating_add(CLOCK_SKEW)
        || entry.expires_at.saturating_since(now) <= EXPIRY_MARGIN
    {
        return Decision::Absent;
    }
    match entry.refresh_at {
        Some(refresh_at) if refresh_at <= now => Decision::Renew,
        _ => Decision::Fresh,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn entry(obtained_at: u64, expires_at: u64, refresh_at: Option<u64>) -> CacheEntry {
        CacheEntry {
            access_token: Secret::new("eyJ0eXAiOiJKV1QifQ.e30.c2ln"),
            scopes: Scopes::parse("api://a/.default").unwrap(),
            obtained_at: Timestamp::from_unix_seconds(obtained_at),
            expires_at: Timestamp::from_unix_seconds(expires_at),
            refresh_at: refresh_at.map(Timestamp::from_unix_seconds),
            refresh_token: None,
            id_token: None,
            credential: None,
        }
    }

    fn key(
        instance: &str,
        tenant: &str,
        client: &str,
        subject: Subject<'_>,
        scope: &str,
        claims: Option<&str>,
    ) -> CacheKey {
        CacheKey::new(
            &Authority::parse(instance, tenant).unwrap(),
            &ClientId::parse(client).unwrap(),
            subject,
            &Scopes::parse(scope).unwrap(),
            claims.map(|text| Claims::parse(text).unwrap()).as_ref(),
        )
    }

    fn some_key(scope: &str) -> CacheKey {
        key(
            "https://login.microsoftonline.com",
            "t",
            "c",
            Subject::Application,
            scope,
            None,
        )
    }

    #[test]
    fn a_token_is_judged_by_the_clock() {
        let hour = entry(10_000, 13_600, None);
        let day = entry(10_000, 96_400, Some(53_200));
        let renewed_at_once = entry(10_000, 13_600, Some(10_000));
        let brief = entry(10_000, 10_200, None);
        let rows = [
            ("nothing cached", None, 10_000, Decision::Absent),
            ("just obtained", Some(&hour), 10_000, Decision::Fresh),
            ("301 seconds left", Some(&hour), 13_299, Decision::Fresh),
            ("300 seconds left", Some(&hour), 13_300, Decision::Absent),
            ("299 seconds left", Some(&hour), 13_301, Decision::Absent),
            ("at its end", Some(&hour), 13_600, Decision::Absent),
            ("long after", Some(&hour), 999_999, Decision::Absent),
            ("end of time", Some(&hour), u64::MAX, Decision::Absent),
            (
                "a second before half-life",
                Some(&day),
                53_199,
                Decision::Fresh,
            ),
            ("half-life", Some(&day), 53_200, Decision::Renew),
            (
                "301 seconds left of a day",
                Some(&day),
                96_099,
                Decision::Renew,
            ),
            (
                "300 seconds left of a day",
                Some(&day),
                96_100,
                Decision::Absent,
            ),
            (
                "to renew at once",
                Some(&renewed_at_once),
                10_000,
                Decision::Renew,
            ),
            ("never long enough", Some(&brief), 10_000, Decision::Absent),
            (
                "clock set back a little",
                Some(&hour),
                9_700,
                Decision::Fresh,
            ),
            (
                "clock set back a second more",
                Some(&hour),
                9_699,
                Decision::Absent,
            ),
            ("clock lost", Some(&hour), 0, Decision::Absent),
        ];
        for (name, entry, now, expected) in rows {
            assert_eq!(
                decide(entry, None, Timestamp::from_unix_seconds(now)),
                expected,
                "{name}"
            );
        }
    }

    #[test]
    fn a_token_that_another_credential_got_is_not_handed_out() {
        let mark = |parts: &[&str]| {
            CredentialMark::new("secret", parts.iter().map(|part| part.as_bytes()))
        };
        let one = mark(&["one", ""]);
        let of_one = CacheEntry {
            credential: Some(one.clone()),
            ..entry(10_000, 13_600, None)
        };
        let of_nobody = entry(10_000, 13_600, None);
        for (name, entry, credential, expected) in [
            ("the same", &of_one, Some(&one), Decision::Fresh),
            (
                "another",
                &of_one,
                Some(&mark(&["two", ""])),
                Decision::Absent,
            ),
            (
                "elsewhere",
                &of_one,
                Some(&mark(&["", "one"])),
                Decision::Absent,
            ),
            (
                "of an older version",
                &of_nobody,
                Some(&one),
                Decision::Absent,
            ),
            ("no credential is named", &of_one, None, Decision::Fresh),
        ] {
            let now = Timestamp::from_unix_seconds(10_000);
            assert_eq!(decide(Some(entry), credential, now), expected, "{name}");
        }
        let key = some_key("api://a/.default");
        let again = CacheEntry::from_bytes(&of_one.to_bytes(&key), &key);
        assert_eq!(again, Some(of_one));
    }

    #[test]
    fn an_entry_is_kept_as_long_as_its_refresh_token_may_live() {
        let application = entry(10_000, 13_600, None);
        assert_eq!(application.keep_until().unix_seconds(), 13_600);
        let person = CacheEntry {
            refresh_token: Some(Secret::new("1.AVgA")),
            ..application
        };
        assert_eq!(person.keep_until().unix_seconds(), 10_000 + 90 * 86_400);
    }

    #[test]
    fn bytes_bring_back_the_entry() {
        let user = CacheEntry {
            refresh_token: Some(Secret::new("1.AVgA\\\"")),
            id_token: Some(Secret::new("a.b.c")),
            ..entry(10_000, 96_400, Some(53_200))
        };
        let large = CacheEntry {
            access_token: Secret::new("\"\\".repeat(100_000)),
            ..entry(1, 2, None)
        };
        for entry in [entry(10_000, 13_600, None), user, large] {
            let bytes = entry.to_bytes(&some_key("a"));
            assert_eq!(CacheEntry::from_bytes(&bytes, &some_key("a")), Some(entry));
        }
    }

    #[test]
    fn the_buffer_is_large_enough_from_the_start() {
        let entry = CacheEntry {
            access_token: Secret::new("\"".repeat(10_000)),
            ..entry(u64::MAX, u64::MAX, Some(u64::MAX))
        };
        let bytes = entry.to_bytes(&some_key("a"));
        assert_eq!(
            bytes.capacity(),
            512 + 2 * (10_000 + "api://a/.default".len())
        );
    }

    #[test]
    fn damaged_newer_and_foreign_entries_are_absent() {
        let key = some_key("a");
        let sound = String::from_utf8(entry(10_000, 13_600, None).to_bytes(&key).to_vec()).unwrap();
        assert!(CacheEntry::from_bytes(sound.as_bytes(), &key).is_some());
        let changed = |from: &str, to: &str| {
            assert!(sound.contains(from), "{from}");
            sound.replace(from, to)
        };
        let rows = [
            ("nothing", String::new()),
            ("garbage", "\u{1}\u{2}".to_owned()),
            ("array", "[]".to_owned()),
            ("empty object", "{}".to_owned()),
            ("newer version", changed("\"version\":1", "\"version\":2")),
            ("no version", changed("\"version\":1,", "")),
            (
                "version as text",
                changed("\"version\":1", "\"version\":\"1\""),
            ),
            ("half", sound.get(..sound.len() / 2).unwrap().to_owned()),
            ("more behind it", format!("{sound}{sound}")),
            ("other type", changed("Bearer", "pop")),
            ("other client", changed(key.client(), &"0".repeat(32))),
            ("other entry", changed(key.entry(), &"0".repeat(32))),
            (
                "ends before it begins",
                changed("\"expires_at\":13600", "\"expires_at\":9999"),
            ),
            (
                "lives too long",
                changed("\"expires_at\":13600", "\"expires_at\":99999999"),
            ),
            (
                "negative time",
                changed("\"expires_at\":13600", "\"expires_at\":-1"),
            ),
            ("empty token", changed("eyJ0eXAiOiJKV1QifQ.e30.c2ln", "")),
            ("token with a line break", changed("eyJ0eXAi", "a\\r\\nb")),
            (
                "two tokens",
                changed(
                    "\"access_token\":",
                    "\"access_token\":\"x\",\"access_token\":",
                ),
            ),
            ("bad scope", changed("api://a/.default", "\\u001b")),
            ("huge", " ".repeat(4 * MAX_BODY_SIZE + 1)),
        ];
        for (name, bytes) in rows {
            assert_eq!(
                CacheEntry::from_bytes(bytes.as_bytes(), &key),
                None,
                "{name}"
            );
        }
    }

    #[test]
    fn every_cut_and_every_flipped_bit_is_survived() {
        let key = some_key("a");
        let sound = entry(10_000, 13_600, Some(12_000)).to_bytes(&key);
        for length in 0..sound.len() {
            assert_eq!(
                CacheEntry::from_bytes(&sound[..length], &key),
                None,
                "{length}"
            );
        }
        for position in 0..sound.len() {
            for bit in 0..8 {
                let mut bytes = sound.to_vec();
                bytes[position] ^= 1 << bit;
                // Must not panic; a changed digit may well give another entry, which is why stores seal them.
                let _ = CacheEntry::from_bytes(&bytes, &key);
            }
        }
    }

    #[test]
    fn spellings_of_one_request_share_a_key() {
        let one = key(
            "https://login.microsoftonline.com",
            "contoso.com",
            "AbC",
            Subject::Application,
            "a b",
            None,
        );
        let same = [
            (
                "alias",
                key(
                    "https://login.windows.net",
                    "contoso.com",
                    "AbC",
                    Subject::Application,
                    "a b",
                    None,
                ),
            ),
            (
                "case",
                key(
                    "https://LOGIN.microsoftonline.com/",
                    "Contoso.COM",
                    "aBc",
                    Subject::Application,
                    "a b",
                    None,
                ),
            ),
            (
                "order",
                key(
                    "https://login.microsoftonline.com",
                    "contoso.com",
                    "AbC",
                    Subject::Application,
                    "b,a,b",
                    None,
                ),
            ),
            (
                "path",
                key(
                    "https://login.microsoftonline.com/contoso.com",
                    "",
                    "AbC",
                    Subject::Application,
                    "a b",
                    None,
                ),
            ),
        ];
        for (name, other) in same {
            assert_eq!(other, one, "{name}");
        }
    }

    #[test]
    fn keys_are_plain_and_do_not_change() {
        let key = key(
            "https://login.microsoftonline.com",
            "contoso.com",
            "c",
            Subject::Application,
            "api://a/.default",
            None,
        );
        for part in [key.client(), key.entry()] {
            assert_eq!(part.len(), 32);
            assert!(
                part.bytes()
                    .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
            );
        }
        assert_eq!(
            (key.client(), key.entry()),
            (
                "168c7bf0c672e4ba3dbb9adb3b5dbfa2",
                "ab044d743f00da566d6e0252a8537bea"
            )
        );
    }

    /// Who watches a store finds them in docs/fleet.md.
    #[test]
    fn key_sets_stand_beside_each_other() {
        let key = CacheKey::of_key_set("https://login.microsoftonline.com/common/discovery/keys");
        assert_eq!(
            (key.client(), key.entry()),
            (
                "5333647a922c8c35e9d91f6e8c371350",
                "ca320242a7c4ba434e5d1377a7bb21ed"
            )
        );
    }

    /// Every combination of values that could be mistaken for each other has a key of its own, and no entry opens under another.
    #[test]
    fn a_token_is_never_returned_for_another_request() {
        let (assertion, other_assertion) = (Secret::new("a"), Secret::new("b"));
        let accounts = ["a", "b"].map(|text| AccountId::from_text(text).unwrap());
        let instances = [
            "https://login.microsoftonline.com",
            "https://login.microsoftonline.us",
            "http://127.0.0.1:8400",
            "http://127.0.0.1:8401",
            "https://127.0.0.1:8400",
        ];
        let tenants = ["a", "b", "ab", "common"];
        let clients = ["a", "b", "ab", "a.b"];
        let subjects = [
            Subject::Application,
            Subject::Named(""),
            Subject::Named("a"),
            Subject::Named("b"),
            Subject::User(&accounts[0]),
            Subject::User(&accounts[1]),
            Subject::Assertion(&assertion),
            Subject::Assertion(&other_assertion),
        ];
        let scopes = [
            "",
            "a",
            "b",
            "a b",
            "ab",
            "https://x/.default",
            "https://x//.default",
            "A",
        ];
        let claims = [None, Some("{}"), Some(r#"{"a":1}"#)];

        let mut keys = BTreeMap::new();
        for instance in instances {
            for tenant in tenants {
                for client in clients {
                    for subject in subjects {
                        for scope in scopes {
                            for claims in claims {
                                let key = key(instance, tenant, client, subject, scope, claims);
                                let request = format!(
                                    "{instance} {tenant} {client} {subject:?} {scope} {claims:?}"
                                );
                                let id = (key.client().to_owned(), key.entry().to_owned());
                                // Secrets look alike in debug output, so equal requests are counted, not compared.
                                assert!(
                                    keys.insert(id, (key, request.clone())).is_none(),
                                    "{request}"
                                );
                            }
                        }
                    }
                }
            }
        }
        assert_eq!(keys.len(), 5 * 4 * 4 * 8 * 8 * 3);

        let keys: Vec<_> = keys.into_values().collect();
        for (own, other) in keys.iter().zip(keys.iter().skip(1)) {
            let bytes = entry(10_000, 13_600, None).to_bytes(&own.0);
            assert!(CacheEntry::from_bytes(&bytes, &own.0).is_some());
            assert_eq!(
                CacheEntry::from_bytes(&bytes, &other.0),
                None,
                "{} / {}",
                own.1,
                other.1
            );
        }
    }
}
