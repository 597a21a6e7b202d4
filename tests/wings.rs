//! The floor plans, held against the `use` lines: a wing of a crate uses those above it in the table, and no others.

#![cfg(test)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The files with a floor plan, below the workspace's folder.
const PLANS: &[&str] = &[
    "component/cli/src/main.rs",
    "component/protocol/src/lib.rs",
    "host/emulator/src/lib.rs",
    "host/native/src/lib.rs",
];

/// The contract, generated: it stands outside the wings, and each may use it.
const CONTRACT: &str = "bindings";

#[test]
fn a_wing_uses_only_the_floors_below() {
    for path in PLANS {
        let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).join(path);
        let plan = fs::read_to_string(&path).unwrap();
        let wings = wings(&plan);
        let mut modules = modules(&plan);
        modules.remove(CONTRACT);
        let told: BTreeSet<&str> = wings.iter().copied().collect();
        assert_eq!(told, modules, "{}", path.display());
        for (floor, wing) in wings.iter().enumerate() {
            let folder = path.with_file_name(wing);
            let rooms = match folder.is_dir() {
                true => files(&folder),
                false => vec![folder.with_extension("rs")],
            };
            for file in rooms {
                for used in used(&fs::read_to_string(&file).unwrap()) {
                    let is_below = wings[..=floor].contains(&used.as_str()) || used == CONTRACT;
                    assert!(is_below, "{} uses {used}", file.display());
                }
            }
        }
    }
}

/// The rows of the table, ground floor first.
fn wings(plan: &str) -> Vec<&str> {
    let (_, table) = plan.split_once("//! | wing | what is in it |\n").unwrap();
    let rows = table.lines().skip_while(|line| line.contains("---"));
    rows.map_while(|line| line.strip_prefix("//! | ")?.split_once(" | "))
        .map(|(wing, _)| wing.trim_matches(['[', '`', ']']))
        .collect()
}

fn modules(plan: &str) -> BTreeSet<&str> {
    plan.lines()
        .map(|line| line.strip_prefix("pub ").unwrap_or(line))
        .filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'))
        .collect()
}

/// What the code names of its crate; what documentation links to is no use.
fn used(source: &str) -> Vec<String> {
    let code = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    // What a macro names where it is used is the crate's public face.
    let code = code.map(|line| line.replace("$crate::", ""));
    let parts = code.flat_map(|line| {
        let parts = line.split("crate::").skip(1);
        parts.map(str::to_owned).collect::<Vec<_>>()
    });
    parts
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
