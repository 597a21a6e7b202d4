//! Members of other programs that may hold secrets, under whatever name and however deep: they are never written in clear.

use serde_json::{Map, Value};

use crate::input::named::fold;

/// Parts of names, folded, by which programs call what nobody else may see.
const WORDS: [&str; 11] = [
    "accesskey",
    "apikey",
    "assertion",
    "credential",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "pwd",
    "secret",
    "token",
];

/// Take them out. Returns where they were, such as `secrets.clientSecret`.
pub(crate) fn remove(members: &mut Map<String, Value>) -> Vec<String> {
    let mut removed = Vec::new();
    remove_below("", members, &mut removed);
    removed
}

fn remove_below(place: &str, members: &mut Map<String, Value>, removed: &mut Vec<String>) {
    members.retain(|name, value| {
        let place = format!("{place}{name}");
        if is_named_like_a_secret(name) && can_hold_one(value) {
            removed.push(place);
            return false;
        }
        search(&place, value, removed);
        true
    });
}

fn search(place: &str, value: &mut Value, removed: &mut Vec<String>) {
    match value {
        Value::Object(members) => remove_below(&format!("{place}."), members, removed),
        Value::Array(items) => {
            for item in items {
                search(place, item, removed);
            }
        }
        _ => {}
    }
}

fn is_named_like_a_secret(name: &str) -> bool {
    let folded = fold(name);
    WORDS.iter().any(|word| folded.contains(word))
}

/// What says only whether there is one holds none.
fn can_hold_one(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) => false,
        Value::String(text) => !text.is_empty(),
        Value::Number(_) | Value::Array(_) | Value::Object(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_found_under_any_name_and_at_any_depth() {
        for (text, expected) in [
            (r#"{"password":"x"}"#, "password"),
            (r#"{"ClientSecretValue":"x"}"#, "ClientSecretValue"),
            (r#"{"api_key":"x","note":"y"}"#, "api_key"),
            (r#"{"secrets":{"clientSecret":"x"}}"#, "secrets"),
            (
                r#"{"auth":{"client-secret":"x","a":1}}"#,
                "auth.client-secret",
            ),
            (
                r#"{"list":[{"refreshToken":"x"},{"pwd":1}]}"#,
                "list.refreshToken list.pwd",
            ),
            (r#"{"usesSecret":true,"password":"","secret":null}"#, ""),
            (r#"{"note":"secret","color":"blue"}"#, ""),
        ] {
            let mut members: Map<String, Value> = serde_json::from_str(text).unwrap();
            assert_eq!(remove(&mut members).join(" "), expected, "{text}");
            assert!(
                !Value::from(members).to_string().contains("\"x\""),
                "{text}"
            );
        }
    }
}
