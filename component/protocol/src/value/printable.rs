//! Text from outside made fit for a terminal: one line, no control codes, no tokens, not endless.
//!
//! Server texts and imported profiles are input of strangers. The rules are those of
//! [Unicode TR 36 section 3](https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing) and of the incidents behind
//! CVE-2024-50338 and CVE-2020-5260. It does not find every secret; it removes what looks like a token.

use text::{is_invisible, masked};

const REMOVED: &str = "(token removed)";

/// No error text, name or identifier of Entra's is a run of so many base64url characters; tokens and codes are.
const LONGEST_RUN: usize = 100;

/// Shorter ones carry no usable token, and `eyJ` may turn up in an ordinary word.
const SHORTEST_JWT: usize = 12;

/// The text on one line, without control codes, escape sequences, invisible characters and tokens, cut after `limit` characters.
pub(crate) fn printable(text: &str, limit: usize) -> String {
    cut(&without_tokens(&visible(text)), limit)
}

fn cut(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default().trim_end()),
    }
}

/// JSON of the same meaning in which no character can drive a terminal: what is dangerous is written as `\uXXXX`.
pub(crate) fn printable_json(text: &str) -> String {
    let mut output = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => output.push('\n'),
            // Raw control characters cannot stand inside a JSON string, so these are blanks between members.
            '\r' | '\t' => output.push(' '),
            _ if character.is_control() || is_invisible(character) => {
                push_escaped(&mut output, character)
            }
            _ => output.push(character),
        }
    }
    output
}

fn push_escaped(output: &mut String, character: char) {
    for unit in character.encode_utf16(&mut [0; 2]) {
        output.push_str(&format!("\\u{unit:04x}"));
    }
}

fn visible(text: &str) -> String {
    let mut output = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\u{1b}' => match characters.next() {
                Some('[') => skip_control_sequence(&mut characters),
                Some(']' | 'P' | 'X' | '^' | '_') => skip_control_string(&mut characters),
                _ => {}
            },
            '\u{9b}' => skip_control_sequence(&mut characters),
            '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}' => skip_control_string(&mut characters),
            _ if character.is_whitespace() => {
                if !output.is_empty() && !output.ends_with(' ') {
                    output.push(' ');
                }
            }
            _ if character.is_control() || is_invisible(character) => {}
            _ => output.push(character),
        }
    }
    output.truncate(output.trim_end().len());
    output
}

/// ECMA-48 section 5.4: parameters, then one final byte in `@` to `~`.
fn skip_control_sequence(characters: &mut std::str::Chars<'_>) {
    for character in characters {
        if matches!(character, '@'..='~') {
            return;
        }
    }
}

/// ECMA-48 section 5.6: everything up to the string terminator; BEL ends it in practice.
fn skip_control_string(characters: &mut std::str::Chars<'_>) {
    while let Some(character) = characters.next() {
        match character {
            '\u{07}' | '\u{9c}' => return,
            '\u{1b}' => {
                characters.next();
                return;
            }
            _ => {}
        }
    }
}

fn without_tokens(text: &str) -> String {
    let mut output = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let run_length = rest
            .find(|character| !is_token_character(character))
            .unwrap_or(rest.len());
        let (run, tail) = rest.split_at(run_length);
        push_run(&mut output, run);
        let mut characters = tail.chars();
        output.extend(characters.next());
        rest = characters.as_str();
    }
    output
}

fn push_run(output: &mut String, run: &str) {
    if run.len() >= LONGEST_RUN {
        output.push_str(REMOVED);
        return;
    }
    match run.find("eyJ").map(|start| run.split_at(start)) {
        Some((before, token)) if token.len() >= SHORTEST_JWT => {
            output.push_str(before);
            output.push_str(REMOVED);
        }
        _ => output.push_str(run),
    }
}

const fn is_token_character(character: char) -> bool {
    matches!(character, 'A'..='Z' | 'a'..='z' | '0'..='9' | '-' | '_' | '.')
}

/// A user's value in backticks, fit for one line; long enough for any scope or URL that somebody means. It stands there as it came:
/// what nobody would see is written as `\u{…}`, since that is often what is wrong with it.
/// What looks like a secret was given in a wrong place, and is not shown.
pub(crate) fn quoted(value: &str) -> String {
    let mut shown = String::with_capacity(value.len());
    for character in masked(value).chars() {
        if character.is_control() || is_invisible(character) || is_odd_blank(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    format!("`{}`", cut(&without_tokens(&shown), 120).replace('`', "'"))
}

/// The same for a value that is ASCII alone if it is right: what else is in it may look like it, such as a hyphen that is none.
pub(crate) fn quoted_ascii(value: &str) -> String {
    let mut shown = String::with_capacity(value.len());
    for character in quoted(value).chars() {
        // Where it was cut stands a sign of its own.
        match character.is_ascii() || character == '…' {
            true => shown.push(character),
            false => shown.extend(character.escape_unicode()),
        }
    }
    shown
}

/// Blanks that look like the ordinary one.
fn is_odd_blank(character: char) -> bool {
    character.is_whitespace() && character != ' '
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cleaned() {
        let rows = [
            ("plain", "The app was not found.", "The app was not found."),
            (
                "accents and other scripts stay",
                "é 漢字 עברית",
                "é 漢字 עברית",
            ),
            (
                "line breaks of 2023 recordings",
                "text\r\nTrace ID: 1\r\n",
                "text Trace ID: 1",
            ),
            (
                "a lone carriage return",
                "harmless\rError: x",
                "harmless Error: x",
            ),
            ("colour", "a\u{1b}[31;1mred\u{1b}[0m", "ared"),
            ("cursor movement by C1", "a\u{9b}2Jb", "ab"),
            ("window title", "a\u{1b}]0;owned\u{07}b", "ab"),
            ("window title ended by ST", "a\u{1b}]0;owned\u{1b}\\b", "ab"),
            (
                "hyperlink",
                "\u{1b}]8;;http://evil.test\u{1b}\\click\u{1b}]8;;\u{1b}\\",
                "click",
            ),
            ("device control string", "a\u{1b}Pq#0\u{1b}\\b", "ab"),
            ("application string by C1", "a\u{9f}zzz\u{9c}b", "ab"),
            ("unfinished sequence swallows the rest", "a\u{1b}[31", "a"),
            ("unfinished title swallows the rest", "a\u{1b}]0;x", "a"),
            ("two-byte escape", "a\u{1b}cb", "ab"),
            ("trailing escape", "a\u{1b}", "a"),
            (
                "bell, backspace, delete, NUL",
                "a\u{07}\u{08}\u{7f}\0b",
                "ab",
            ),
            (
                "bidirectional override",
                "abc\u{202e}txt.exe\u{2066}",
                "abctxt.exe",
            ),
            ("zero width", "a\u{200b}\u{feff}b", "ab"),
            ("tag characters", "a\u{e0041}b", "ab"),
            ("line separator", "a\u{2028}b", "a b"),
            ("blanks", "  a \t\t b  ", "a b"),
            ("empty", "", ""),
            (
                "a token",
                "got eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2ln here",
                "got (token removed) here",
            ),
            (
                "a token in a parameter",
                "assertion=eyJhbGciOiJSUzI1NiJ9.e.s&x=1",
                "assertion=(token removed)&x=1",
            ),
            (
                "a token broken by a control",
                "eyJhbGci\u{200b}OiJSUzI1NiJ9.x.y",
                "(token removed)",
            ),
            (
                "a token glued to a word",
                "tokeneyJhbGciOiJSUzI1NiJ9",
                "token(token removed)",
            ),
            ("a short eyJ is a word", "eyJafjall", "eyJafjall"),
            (
                "host names stay",
                "login.microsoftonline.com",
                "login.microsoftonline.com",
            ),
            (
                "GUIDs stay",
                "99999999-8888-7777-6666-555555555555",
                "99999999-8888-7777-6666-555555555555",
            ),
        ];
        for (name, input, expected) in rows {
            assert_eq!(printable(input, 200), expected, "{name}");
        }
    }

    #[test]
    fn an_opaque_token_is_removed_too() {
        let refresh_token = format!("1.{}", "AVgA".repeat(40));
        assert_eq!(
            printable(&format!("token {refresh_token} expired"), 200),
            "token (token removed) expired"
        );
    }

    #[test]
    fn length_is_counted_in_characters() {
        let rows = [
            ("shorter", "abc", 4, "abc"),
            ("exact", "abcd", 4, "abcd"),
            ("longer", "abcde", 4, "abcd…"),
            ("several bytes a character", "ééééé", 4, "éééé…"),
            ("cut at a blank", "abc def", 4, "abc…"),
        ];
        for (name, input, limit, expected) in rows {
            assert_eq!(printable(input, limit), expected, "{name}");
        }
        assert!(printable(&"ab ".repeat(1_000_000), 1000).chars().count() <= 1001);
    }

    #[test]
    fn json_keeps_its_meaning_and_loses_its_teeth() {
        let rows = [
            ("plain", r#"{"a":"é"}"#, r#"{"a":"é"}"#),
            (
                "already escaped",
                r#"{"a":"\u001b[31m"}"#,
                r#"{"a":"\u001b[31m"}"#,
            ),
            ("C1", "{\"a\":\"\u{9b}31m\"}", r#"{"a":"\u009b31m"}"#),
            (
                "bidirectional",
                "{\"a\":\"\u{202e}x\"}",
                r#"{"a":"\u202ex"}"#,
            ),
            (
                "beyond the basic plane",
                "{\"a\":\"\u{e0041}\"}",
                r#"{"a":"\udb40\udc41"}"#,
            ),
            ("blanks between members", "{\r\n\t\"a\":1}", "{ \n \"a\":1}"),
        ];
        for (name, input, expected) in rows {
            let output = printable_json(input);
            assert_eq!(output, expected, "{name}");
            let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
            assert_eq!(parse(&output), parse(input), "{name}");
        }
    }

    #[test]
    fn a_quoted_value_stays_on_its_line_and_in_its_quotes() {
        let rows = [
            ("plain", "contoso.com", "`contoso.com`"),
            ("line break", "a\r\nb", "`a\\r\\nb`"),
            ("line break behind", "contoso.com\n", "`contoso.com\\n`"),
            ("blank behind", "contoso.com ", "`contoso.com `"),
            ("no-break space", "a\u{a0}b", "`a\\u{a0}b`"),
            ("byte order mark", "\u{feff}a", "`\\u{feff}a`"),
            ("escape sequence", "\u{1b}[2Ja", "`\\u{1b}[2Ja`"),
            ("backtick", "a`b", "`a'b`"),
            ("empty", "", "``"),
            (
                "a client secret in a wrong place",
                "abc8Q~CANARYsecretCANARYsecretCANARY1234",
                "`(looks like a secret)`",
            ),
        ];
        for (name, value, expected) in rows {
            assert_eq!(quoted(value), expected, "{name}");
        }
        assert!(quoted(&"x y ".repeat(500)).chars().count() < 130);
    }
}
