//! One of a few names, chosen by a flag or at a prompt.

use crate::output::error::BadValue;

/// One of a closed list of names, such as the flows.
pub(crate) trait Named: Copy + PartialEq + 'static {
    /// Canonical names in the order of the menu.
    const NAMES: &'static [(Self, &'static str)];
    /// Other spellings that people use, in lower case without `-` and `_`.
    const ALIASES: &'static [(Self, &'static str)];
    /// What it is that is chosen, for messages.
    const NOUN: &'static str;

    /// How a menu calls it, and what it is for.
    fn entry(self) -> (&'static str, &'static str) {
        (name(self), "")
    }
}

/// The name that is written to files and shown.
pub(crate) fn name<C: Named + PartialEq>(one: C) -> &'static str {
    C::NAMES
        .iter()
        .find(|(candidate, _)| *candidate == one)
        .map_or("", |(_, name)| name)
}

/// By name or alias; case, `-` and `_` do not matter.
pub(crate) fn parse<C: Named>(text: &str) -> Result<C, BadValue> {
    let folded = fold(text);
    C::NAMES
        .iter()
        .find(|(_, name)| fold(name) == folded)
        .or_else(|| C::ALIASES.iter().find(|(_, alias)| *alias == folded))
        .map(|(one, _)| *one)
        .ok_or_else(|| unknown::<C>(text))
}

/// As `parse`, and besides by number of the menu or by the beginning of exactly one name.
pub(crate) fn pick<C: Named + PartialEq>(answer: &str) -> Result<C, BadValue> {
    if let Ok(one) = parse(answer) {
        return Ok(one);
    }
    if let Ok(number) = answer.trim().parse::<usize>() {
        return number
            .checked_sub(1)
            .and_then(|index| C::NAMES.get(index))
            .map(|(one, _)| *one)
            .ok_or_else(|| unknown::<C>(answer));
    }
    let folded = fold(answer);
    let mut matching = C::NAMES
        .iter()
        .filter(|(_, name)| !folded.is_empty() && fold(name).starts_with(&folded));
    match (matching.next(), matching.next()) {
        (Some((one, _)), None) => Ok(*one),
        (Some(_), Some(_)) => Err(BadValue::new(
            format!("more than one {} starts like that", C::NOUN),
            "type more of its name, or its number",
        )),
        (None, _) => Err(unknown::<C>(answer)),
    }
}

/// One line a choice: its number, its name, and what it is for.
pub(crate) fn menu<C: Named>() -> Vec<String> {
    let entries = C::NAMES.iter().map(|(one, _)| one.entry());
    let entries: Vec<(&str, &str)> = entries.collect();
    let width = entries.iter().map(|(title, _)| title.len()).max();
    let width = width.unwrap_or_default();
    let lines = entries.iter().enumerate().map(|(index, (title, purpose))| {
        let line = format!("{:>3}  {title:width$}  {purpose}", index + 1);
        line.trim_end().to_owned()
    });
    lines.collect()
}

/// Lower case without `-`, `_` and blanks.
pub(crate) fn fold(text: &str) -> String {
    text.chars()
        .filter(|character| !matches!(character, '-' | '_') && !character.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

fn unknown<C: Named>(text: &str) -> BadValue {
    let names: Vec<&str> = C::NAMES.iter().map(|(one, _)| one.entry().0).collect();
    BadValue::new(
        format!("unknown {}{}", C::NOUN, quoted_if_word(text)),
        format!("one of {}", names.join(", ")),
    )
}

/// The text in backticks if it is a short word; nothing if it might be a secret that slipped into
/// the wrong place.
pub(crate) fn quoted_if_word(text: &str) -> String {
    let is_word = (1..=32).contains(&text.len())
        && text
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || matches!(character, '-' | '_'));
    if is_word {
        format!(" `{text}`")
    } else {
        String::new()
    }
}
