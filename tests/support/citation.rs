//! Tests that a table names.

use std::fs;

use super::workspace;

/// Whether `FILE NAME` is a test there.
pub(crate) fn is_test(citation: &str) -> bool {
    let Some((file, name)) = citation.split_once(' ') else {
        return false;
    };
    let source = fs::read_to_string(workspace().join(file)).unwrap_or_default();
    let ending = file.rsplit('.').next();
    let (head, mark) = match ending {
        Some("py") => (format!("def {name}(self"), "class "),
        _ => (format!("fn {name}("), "test]"),
    };
    // Nothing else stands between the two.
    let before = source.split_once(&head).map(|(before, _)| before);
    let between = before.and_then(|before| before.rsplit_once(mark));
    between.is_some_and(|(_, between)| ending == Some("py") || !between.contains('}'))
}
