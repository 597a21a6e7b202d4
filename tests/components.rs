//! What the components are made of, and what they may reach: the import lists are the security claim.
#![cfg(test)]

mod support;

use std::fs;

use support::{component, metadata, workspace};
use wasmparser::{Parser, Payload};

const CLIENT: &str = "entra-auth-client.wasm";

/// What is made of the token logic.
const COMPOSITIONS: [&str; 7] = [
    "entra-auth-cli.wasm",
    "entra-auth-library.wasm",
    "entra-auth-native.wasm",
    "entra-auth-proxy.wasm",
    "entra-auth-proxy-kv.wasm",
    "entra-auth-service-kv.wasm",
    "entra-auth-proxy-native.wasm",
];

fn every_component() -> impl Iterator<Item = &'static str> {
    [CLIENT, "sealing.wasm"].into_iter().chain(COMPOSITIONS)
}

/// The budget for the token logic, so that it stays small enough to embed: judging tokens and every form of certificate that
/// OpenSSL opens are in it.
const LARGEST_CLIENT: usize = 1_100_000;

fn bytes(name: &str) -> Vec<u8> {
    fs::read(component(name)).unwrap()
}

/// The names of the imports of the component itself, not of those inside it.
fn imports(component: &[u8]) -> Vec<String> {
    let mut depth = 0;
    let mut names = Vec::new();
    for payload in Parser::new(0).parse_all(component) {
        match payload.unwrap() {
            Payload::Version { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::ComponentImportSection(section) if depth == 1 => {
                names.extend(
                    section
                        .into_iter()
                        .map(|import| import.unwrap().name.name.to_owned()),
                );
            }
            _ => {}
        }
    }
    names.sort();
    names
}

#[test]
fn every_component_imports_what_its_golden_file_says_and_nothing_else() {
    for name in every_component() {
        let golden = workspace()
            .join("tests/golden")
            .join(name)
            .with_extension("imports");
        let found: String = imports(&bytes(name))
            .iter()
            .map(|import| format!("{import}\n"))
            .collect();
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&golden, &found).unwrap();
        }
        let expected = fs::read_to_string(&golden).unwrap_or_default();
        assert_eq!(
            found, expected,
            "{name}; UPDATE_GOLDEN=1 accepts the change"
        );
    }
}

#[test]
fn the_token_logic_imports_the_network_clocks_randomness_and_our_own_capabilities_only() {
    let permitted = [
        "wasi:http/",
        "wasi:io/",
        "wasi:clocks/",
        "wasi:random/",
        "entra-auth:core/",
    ];
    for import in imports(&bytes(CLIENT)) {
        assert!(
            permitted.iter().any(|start| import.starts_with(start)),
            "{import}"
        );
    }
}

#[test]
fn the_token_logic_stands_verbatim_in_every_composition() {
    let client = bytes(CLIENT);
    for name in COMPOSITIONS {
        let whole = bytes(name);
        assert!(
            whole.windows(client.len()).any(|part| part == client),
            "{name}"
        );
    }
}

#[test]
fn every_component_says_what_it_is_and_where_it_comes_from() {
    for name in every_component() {
        let metadata = metadata(&bytes(name));
        let said = |what: &str| metadata.get(what).map_or("", String::as_str);
        assert_eq!(said("name"), name.trim_end_matches(".wasm"));
        assert_eq!(said("version"), env!("CARGO_PKG_VERSION"), "{name}");
        assert_eq!(said("licenses"), env!("CARGO_PKG_LICENSE"), "{name}");
        assert_eq!(said("source"), env!("CARGO_PKG_REPOSITORY"), "{name}");
        assert!(said("description").len() > 20, "{name}: {metadata:?}");
    }
}

#[test]
fn the_token_logic_is_small() {
    assert!(bytes(CLIENT).len() <= LARGEST_CLIENT);
}

#[test]
fn no_component_names_a_path_of_the_machine_that_built_it() {
    let home = std::env::var("HOME").unwrap();
    for name in every_component() {
        let whole = bytes(name);
        for path in [home.as_str(), workspace().to_str().unwrap()] {
            let found = whole
                .windows(path.len())
                .any(|part| part == path.as_bytes());
            assert!(!found, "{name} names {path}");
        }
    }
}
