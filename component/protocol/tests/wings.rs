//! The floor plan in `src/lib.rs`, held against the `use` lines: a wing uses those above it in the table, and no others.

#![cfg(test)]
#![expect(
    clippy::disallowed_methods,
    reason = "the sources of the crate are what is tested"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn a_wing_uses_only_the_floors_below() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let plan = fs::read_to_string(source.join("lib.rs")).unwrap();
    let wings: Vec<&str> = plan
        .lines()
        .filter_map(|line| line.strip_prefix("//! | [`")?.split_once("`] |"))
        .map(|(wing, _)| wing)
        .collect();
    let modules: BTreeSet<&str> = plan
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .collect();
    assert_eq!(wings.iter().copied().collect::<BTreeSet<_>>(), modules);
    for (floor, wing) in wings.iter().enumerate() {
        let files = files(&source.join(wing));
        assert!(!files.is_empty(), "{wing}");
        for file in files {
            for used in used(&fs::read_to_string(&file).unwrap()) {
                let below = wings.iter().position(|other| *other == used);
                assert!(
                    below.is_some_and(|below| below <= floor),
                    "{} uses {used}",
                    file.display()
                );
            }
        }
    }
}

/// The wings that the code names; what documentation links to is no use.
fn used(source: &str) -> Vec<String> {
    let code = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let names = code.flat_map(|line| line.split("crate::").skip(1));
    names
        .map(|rest| {
            let end =
                rest.find(|character: char| !(character == '_' || character.is_alphanumeric()));
            rest[..end.unwrap_or(rest.len())].to_owned()
        })
        .collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}
