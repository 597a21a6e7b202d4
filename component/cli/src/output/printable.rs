//! Text from elsewhere, made safe for a terminal.
//!
//! A claim or a server's sentence may hold escape sequences or marks that turn the reading
//! direction; shown as they are, they could rewrite what stands around them.

use text::is_invisible;

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

/// What drives a terminal, or what nobody sees there.
pub(crate) fn is_deceptive(character: char) -> bool {
    character.is_control() || is_invisible(character) || is_no_character(character)
}

/// Code points that are never characters; readers of YAML refuse these two.
const fn is_no_character(character: char) -> bool {
    matches!(character, '\u{fffe}' | '\u{ffff}')
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
            ("prod\u{200b}", "prod\\u{200b}"),
            ("a\u{9b}2Jb", "a\\u{9b}2Jb"),
        ] {
            assert_eq!(printable(text), expected);
        }
    }
}
