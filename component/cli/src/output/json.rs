//! JSON values as text.

use serde_json::Value;

use super::printable::is_deceptive;

/// Indented, so that `grep` finds a member on a line of its own. What could drive a terminal is escaped: the value is the
/// same for every reader.
pub(crate) fn to_json(value: &Value) -> String {
    let text = format!("{value:#}");
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            // Inside a string it is escaped already, so this one stands between members.
            '\n' => safe.push('\n'),
            _ if is_deceptive(character) => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    safe.push_str(&format!("\\u{unit:04x}"));
                }
            }
            _ => safe.push(character),
        }
    }
    safe
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;

    /// Everything that is not shown as it is: controls of both sets, direction, widths, separators, marks, tags.
    pub(crate) const HOSTILE: &str = "\u{0}\u{7}\u{1b}[2J\u{7f}\u{85}\u{9b}31m\u{ad}\u{200b}\u{200e}\u{202e}\u{2028}\u{2029}\
                                      \u{2066}\u{feff}\u{fffe}\u{ffff}\u{e0041}";

    #[test]
    fn no_value_drives_a_terminal_and_every_reader_gets_it_back() {
        let value = json!({ HOSTILE: HOSTILE, "list": [HOSTILE, "é 漢字 \u{1f600}"] });
        let text = to_json(&value);
        assert!(
            text.chars().all(|one| one == '\n' || !is_deceptive(one)),
            "{text:?}"
        );
        assert!(text.contains("é 漢字 \u{1f600}"), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
