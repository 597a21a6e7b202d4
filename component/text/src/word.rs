//! Words: names, ids, addresses and paths, which have neither blanks nor quotation marks around them.

use crate::is_invisible;

/// The text without what came along: blanks, line ends, marks and other invisible characters around it, and the quotation marks
/// of a shell or of a `.env` file that nobody took away.
pub fn word(text: &str) -> &str {
    let bare = text.trim_matches(is_around);
    match QUOTES.iter().find_map(|pair| between(bare, *pair)) {
        Some(inner) => word(inner),
        None => bare,
    }
}

fn is_around(character: char) -> bool {
    character.is_whitespace() || character.is_control() || is_invisible(character)
}

/// What stands between the quotation marks, if they are a pair.
pub(crate) fn between(text: &str, (open, close): (char, char)) -> Option<&str> {
    text.strip_prefix(open)?.strip_suffix(close)
}

/// Typographic ones come from documents and chats.
pub(crate) const QUOTES: [(char, char); 5] = [
    ('"', '"'),
    ('\'', '\''),
    ('`', '`'),
    ('\u{201c}', '\u{201d}'),
    ('\u{2018}', '\u{2019}'),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_along_is_taken_away() {
        for (text, expected) in [
            ("contoso.com", "contoso.com"),
            ("contoso.com\r\n", "contoso.com"),
            (" \tcontoso.com ", "contoso.com"),
            ("\u{feff}contoso.com\0", "contoso.com"),
            ("\u{200b}contoso.com\u{a0}", "contoso.com"),
            ("\"contoso.com\"", "contoso.com"),
            ("'contoso.com'\r", "contoso.com"),
            ("\" contoso.com\"", "contoso.com"),
            ("\u{201c}contoso.com\u{201d}", "contoso.com"),
            ("\"'contoso.com'\"", "contoso.com"),
            ("\"contoso.com", "\"contoso.com"),
            ("My \"API\"", "My \"API\""),
            ("\"\"", ""),
            ("\"", "\""),
            (" \n", ""),
            ("", ""),
        ] {
            assert_eq!(word(text), expected, "{text:?}");
        }
    }
}
