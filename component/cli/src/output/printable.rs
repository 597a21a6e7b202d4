//! Text from elsewhere, made safe for a terminal.
//!
//! A claim or a server's sentence may hold escape sequences or marks that turn the reading
//! direction; shown as they are, they could rewrite what stands around them.

/// The text with control characters and direction marks written as `\u{…}`.
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
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
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
        ] {
            assert_eq!(printable(text), expected);
        }
    }
}
