//! Lines for people that fit the terminal, broken between words.

/// The line in as many as it takes for `width` characters each; those behind the first begin with `indent` blanks. A word
/// that is longer stays whole, so that it can be copied.
pub(crate) fn wrapped(line: &str, indent: usize, width: Option<usize>) -> String {
    let Some(width) = width.filter(|width| *width > indent) else {
        return line.to_owned();
    };
    let mut shown = String::new();
    let mut column = 0;
    for (index, word) in line.split(' ').enumerate() {
        let length = word.chars().count();
        if index > 0 && column > indent && column + 1 + length > width {
            shown.push('\n');
            shown.push_str(&" ".repeat(indent));
            column = indent;
        } else if index > 0 {
            shown.push(' ');
            column += 1;
        }
        shown.push_str(word);
        column += length;
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn lines_are_broken_between_words() {
        for (line, width, expected) in [
            ("Label:  one two three", None, "Label:  one two three"),
            ("Label:  one two three", Some(21), "Label:  one two three"),
            (
                "Label:  one two three",
                Some(20),
                "Label:  one two\n        three",
            ),
            (
                "Label:  one two three",
                Some(14),
                "Label:  one\n        two\n        three",
            ),
            (
                "Label:  one-and-two three",
                Some(10),
                "Label:  one-and-two\n        three",
            ),
            ("Label:  one", Some(4), "Label:  one"),
        ] {
            assert_eq!(wrapped(line, 8, width), expected, "{line} {width:?}");
        }
    }
}
