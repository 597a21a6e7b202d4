//! JSON values as YAML 1.2 in block style.
//!
//! Writing is all that is needed. Strings are written plain only where no reader can take them for
//! something else, otherwise as JSON strings, which YAML 1.2 contains. `serde_norway` would do it too, for 78 KiB more in
//! the component, most of which reads.

use serde_json::Value;

use super::printable::is_deceptive;

/// A YAML document without markers, ending in a line end.
pub(crate) fn to_yaml(value: &Value) -> String {
    let mut text = String::new();
    match value {
        Value::Object(members) if !members.is_empty() => block(value, 0, &mut text),
        Value::Array(items) if !items.is_empty() => block(value, 0, &mut text),
        scalar => {
            text.push_str(&inline(scalar));
            text.push('\n');
        }
    }
    text
}

fn block(value: &Value, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                text.push_str(&format!("{indent}{}:", string(name)));
                after_label(member, depth, text);
            }
        }
        Value::Array(items) => {
            for item in items {
                text.push_str(&format!("{indent}-"));
                after_label(item, depth, text);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn after_label(value: &Value, depth: usize, text: &mut String) {
    let is_block = match value {
        Value::Object(members) => !members.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    };
    if is_block {
        text.push('\n');
        block(value, depth + 1, text);
    } else {
        text.push_str(&format!(" {}\n", inline(value)));
    }
}

fn inline(value: &Value) -> String {
    match value {
        Value::String(text) => string(text),
        other => other.to_string(),
    }
}

fn string(text: &str) -> String {
    if is_plain(text) {
        text.to_owned()
    } else {
        escaped(&Value::from(text).to_string())
    }
}

/// A JSON string with what could drive a terminal escaped. YAML has escapes of eight digits in place of JSON's pairs, and
/// without them these characters are no YAML or fold to blanks ([YAML 1.2 section 5.7](https://yaml.org/spec/1.2.2/#57-escaped-characters)).
fn escaped(string: &str) -> String {
    let mut safe = String::with_capacity(string.len());
    for character in string.chars() {
        match (is_deceptive(character), u32::from(character)) {
            (false, _) => safe.push(character),
            (true, code @ ..=0xffff) => safe.push_str(&format!("\\u{code:04x}")),
            (true, code) => safe.push_str(&format!("\\U{code:08x}")),
        }
    }
    safe
}

/// Letters first, then only characters that have no meaning in YAML wherever they stand.
fn is_plain(text: &str) -> bool {
    let starts_with_letter = text
        .chars()
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic());
    let is_harmless = text.chars().all(|character| {
        character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.' | '/' | '@' | '+')
    });
    // YAML 1.1 readers take these for booleans and null.
    let is_word = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"]
        .iter()
        .any(|word| text.eq_ignore_ascii_case(word));
    starts_with_letter && is_harmless && !is_word
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::output::json::tests::HOSTILE;

    #[test]
    fn no_value_drives_a_terminal() {
        let text = to_yaml(&json!({ HOSTILE: [HOSTILE, "é 漢字"] }));
        assert!(
            text.chars().all(|one| one == '\n' || !is_deceptive(one)),
            "{text:?}"
        );
        for part in [
            "é 漢字",
            "\\u0000",
            "\\u007f",
            "\\u0085",
            "\\u009b",
            "\\u202e",
            "\\ufeff",
            "\\U000e0041",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    #[test]
    fn values_become_blocks() {
        for (value, expected) in [
            (json!({}), "{}\n"),
            (json!([]), "[]\n"),
            (json!("a b"), "\"a b\"\n"),
            (
                json!({"token_type": "Bearer", "expires_in": 3599, "scope": "api://x/.default"}),
                "token_type: Bearer\nexpires_in: 3599\nscope: \"api://x/.default\"\n",
            ),
            (
                json!({"a": {"b": [1, "two", {"c": null, "d": true}], "e": []}}),
                "a:\n  b:\n    - 1\n    - two\n    -\n      c: null\n      d: true\n  e: []\n",
            ),
            (
                json!({"no": "no", "1": "1", "": "", "x: y": "#\n"}),
                "\"no\": \"no\"\n\"1\": \"1\"\n\"\": \"\"\n\"x: y\": \"#\\n\"\n",
            ),
        ] {
            assert_eq!(to_yaml(&value), expected);
        }
    }
}
