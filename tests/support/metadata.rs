//! What a component says of itself.

use std::collections::BTreeMap;

use wasmparser::{ComponentName, KnownCustom, Parser, Payload};

/// The custom sections of the component itself, not of those inside it, that hold nothing but text, and its name.
pub(crate) fn metadata(component: &[u8]) -> BTreeMap<String, String> {
    let mut depth = 0;
    let mut found = BTreeMap::new();
    for payload in Parser::new(0).parse_all(component) {
        match payload.unwrap() {
            Payload::Version { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::CustomSection(section) if depth == 1 => match section.as_known() {
                KnownCustom::ComponentName(names) => {
                    for name in names {
                        if let ComponentName::Component { name, .. } = name.unwrap() {
                            found.insert("name".to_owned(), name.to_owned());
                        }
                    }
                }
                _ => {
                    if let Ok(text) = String::from_utf8(section.data().to_vec()) {
                        found.insert(section.name().to_owned(), text);
                    }
                }
            },
            _ => {}
        }
    }
    found
}
