//! What libsodium and the reference implementation of Argon2 sealed, opens here, and is sealed here to the same bytes.
#![cfg(test)]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sealing::cache_entry::{self, Name};
use sealing::secrets_file::{Header, Opening, Secrets};
use sealing::{Cost, export};
use serde_json::Value;
use zeroize::Zeroizing;

const VECTORS: &str = include_str!("../../../tests/vectors/sealing.json");

struct Case(Value);

impl Case {
    fn named(name: &str) -> Self {
        let vectors: Value = serde_json::from_str(VECTORS).unwrap();
        let cases = vectors["cases"].as_array().unwrap();
        Self(
            cases
                .iter()
                .find(|case| case["name"] == name)
                .unwrap()
                .clone(),
        )
    }

    fn text(&self, member: &str) -> &str {
        self.0[member].as_str().unwrap()
    }

    fn bytes(&self, member: &str) -> Vec<u8> {
        STANDARD.decode(self.text(member)).unwrap()
    }

    fn array<const N: usize>(&self, member: &str) -> [u8; N] {
        self.bytes(member).try_into().unwrap()
    }
}

#[test]
fn a_cache_entry() {
    let case = Case::named("cache entry");
    let (key, file) = (Zeroizing::new(case.array("key")), case.bytes("file"));
    let keep_until = case.0["keepUntil"].as_i64().unwrap();
    let name = Name {
        client: case.text("client"),
        entry: case.text("entry"),
    };
    let content = case.bytes("content");
    let sealed = cache_entry::seal(&key, &case.array("nonce"), name, &content, keep_until);
    assert_eq!(sealed.unwrap(), file);
    assert_eq!(
        cache_entry::open(&key, name, &file).as_deref(),
        Some(&content)
    );
    assert_eq!(cache_entry::keep_until(&file), Some(keep_until));
    let elsewhere = Name { entry: "0", ..name };
    assert!(cache_entry::open(&key, elsewhere, &file).is_none());
}

#[test]
fn a_file_of_secrets() {
    let case = Case::named("file of secrets");
    let (passphrase, file) = (case.text("passphrase"), case.bytes("file"));
    let secrets: Secrets = case.0["secrets"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| {
            (
                name.clone(),
                Zeroizing::new(value.as_str().unwrap().to_owned()),
            )
        })
        .collect();
    let opening = Opening::of(Header::of(&file).unwrap(), passphrase).unwrap();
    assert_eq!(opening.key()[..], case.bytes("key"));
    assert_eq!(opening.open(&file).unwrap(), secrets);
    let made = Opening::new(passphrase, &case.array("salt"), Cost::RECOMMENDED).unwrap();
    assert_eq!(made.header(), opening.header());
    assert_eq!(made.seal(&case.array("nonce"), &secrets).unwrap(), file);
}

#[test]
fn an_export() {
    let case = Case::named("export");
    let (passphrase, content) = (case.text("passphrase"), case.text("content"));
    let sealed = export::seal(
        passphrase,
        &case.array("salt"),
        &case.array("nonce"),
        content,
    );
    assert_eq!(sealed.unwrap(), case.text("text"));
    assert_eq!(
        *export::open(passphrase, case.text("text")).unwrap(),
        content
    );
}
