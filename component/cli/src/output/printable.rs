//! Text from elsewhere, made safe for a terminal.
//!
//! A claim or a server's sentence may hold escape sequences or marks that turn the reading
//! direction; shown as they are, they could rewrite what stands around them.

/// The text with control characters, direction marks and whatever else nobody sees written as `\u{…}`.
pub(crate) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_deceptive(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

fn is_deceptive(character: char) -> bool {
    character.is_control() || text::is_invisible(character)
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn only_deceptive_characters_are_escaped() {
        for (text, expected) in [
            ("Zoë [x] <y>", "Zoë [x] <y>"),
            ("\u{1b}[2J", "\\u{1b}[2J"),
            ("two\nlines", "two\\nlines"),
            ("\u{202e}evil", "\\u{202e}evil"),
            ("con\u{200b}toso\u{feff}", "con\\u{200b}toso\\u{feff}"),
        ] {
            assert_eq!(printable(text), expected);
        }
    }
}
