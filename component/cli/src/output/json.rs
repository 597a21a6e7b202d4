//! JSON values as text.

use serde_json::Value;

/// Indented, so that `grep` finds a member on a line of its own.
pub(crate) fn to_json(value: &Value) -> String {
    format!("{value:#}")
}
