//! Command lines as they have been published, in the spelling that clap reads.
//!
//! Published documents write `--option:value` besides `--option=value`, give flags a value (`--force true`), and know
//! commands by older names (`create-profile`). Everything else passes through untouched, so that what is wrong is
//! refused where everything is refused. No crate does this: clap takes `=` alone, and no value for a flag.

use clap::{Arg, Command};

/// Older names of commands, and words that people bring from other tools, and what they are called now.
const OLDER_NAMES: &[(&str, &[&str])] = &[
    ("create-profile", &["config", "create"]),
    ("delete-profile", &["config", "delete"]),
    ("edit-profile", &["config", "edit"]),
    ("export-profile", &["config", "export"]),
    ("import-profile", &["config", "import"]),
    ("list", &["config", "list"]),
    ("list-profiles", &["config", "list"]),
    ("profiles", &["config", "list"]),
    ("show-profile", &["config", "show"]),
    ("token", &["get-token"]),
    ("version", &["--version"]),
];

/// The arguments behind the program's name, respelled for `definition`, which must be built.
pub(crate) fn respell(definition: &Command, arguments: &[String]) -> Vec<String> {
    let mut command = definition;
    let mut words = arguments.iter().map(String::as_str).peekable();
    let mut respelled = Vec::with_capacity(arguments.len());
    while let Some(word) = words.next() {
        if word == "--" {
            respelled.push(word.to_owned());
            respelled.extend(words.map(str::to_owned));
            break;
        }
        let Some((option, value)) = option_of(command, word) else {
            for word in current_name(command, definition, word) {
                command = command.find_subcommand(word).unwrap_or(command);
                respelled.push(word.to_owned());
            }
            continue;
        };
        if option.get_action().takes_values() {
            respelled.push(with_equals(word, value));
            if value.is_none() {
                respelled.extend(words.next().map(str::to_owned));
            }
        } else if let Some(truth) = truth(value.or_else(|| words.peek().copied())) {
            if value.is_none() {
                words.next();
            }
            if truth {
                respelled.push(name_of(word, value).to_owned());
            }
        } else {
            respelled.push(with_equals(word, value));
        }
    }
    respelled
}

/// The option that a word names, and the value in the same word.
fn option_of<'a, 'b>(command: &'a Command, word: &'b str) -> Option<(&'a Arg, Option<&'b str>)> {
    if let Some(long) = word.strip_prefix("--") {
        let (name, value) = match long.split_once([':', '=']) {
            Some((name, value)) => (name, Some(value)),
            None => (long, None),
        };
        return find(command, |option| is_long(option, name)).map(|option| (option, value));
    }
    let mut letters = word.strip_prefix('-')?.chars();
    let letter = letters.next()?;
    let value = match letters.next() {
        None => None,
        Some(':' | '=') => Some(letters.as_str()),
        // Several letters in one word, or a value right behind the letter: clap knows.
        Some(_) => return None,
    };
    find(command, |option| is_short(option, letter)).map(|option| (option, value))
}

fn find(command: &Command, is_meant: impl Fn(&Arg) -> bool) -> Option<&Arg> {
    command.get_arguments().find(|option| is_meant(option))
}

fn is_long(option: &Arg, name: &str) -> bool {
    option.get_long() == Some(name)
        || option
            .get_all_aliases()
            .is_some_and(|aliases| aliases.contains(&name))
}

fn is_short(option: &Arg, letter: char) -> bool {
    option.get_short() == Some(letter)
        || option
            .get_all_short_aliases()
            .is_some_and(|aliases| aliases.contains(&letter))
}

/// Older names count only where a command is expected.
fn current_name<'a>(command: &Command, definition: &Command, word: &'a str) -> Vec<&'a str> {
    let is_first = std::ptr::eq(command, definition);
    let older = OLDER_NAMES.iter().find(|(older, _)| *older == word);
    match older {
        Some((_, words)) if is_first => words.to_vec(),
        _ => vec![word],
    }
}

fn truth(text: Option<&str>) -> Option<bool> {
    let text = text?;
    [("true", true), ("false", false)]
        .into_iter()
        .find_map(|(name, truth)| text.eq_ignore_ascii_case(name).then_some(truth))
}

/// The option without the value in the same word.
fn name_of<'a>(word: &'a str, value: Option<&str>) -> &'a str {
    let length = value.map_or(0, |value| value.len() + 1);
    word.get(..word.len() - length).unwrap_or(word)
}

fn with_equals(word: &str, value: Option<&str>) -> String {
    match value {
        Some(value) => format!("{}={value}", name_of(word, Some(value))),
        None => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::respell;
    use crate::command_line::CommandLine;

    #[test]
    fn published_spellings_are_those_that_clap_reads() {
        let mut definition = CommandLine::command();
        definition.build();
        for (line, expected) in [
            (
                "get-token --profile:x --output:json",
                "get-token --profile=x --output=json",
            ),
            ("get-token --scope=a:b", "get-token --scope=a:b"),
            (
                "get-token --scope:api://x/.default",
                "get-token --scope=api://x/.default",
            ),
            ("get-token -p:x -o=json", "get-token -p=x -o=json"),
            (
                "get-token --profile --force:x",
                "get-token --profile --force:x",
            ),
            ("get-token --force true --json False", "get-token --force"),
            (
                "get-token --force:TRUE --no-cache=false -p x",
                "get-token --force -p x",
            ),
            ("get-token --force:maybe", "get-token --force=maybe"),
            ("get-token --force x", "get-token --force x"),
            ("get-token -q true -p true", "get-token -q -p true"),
            ("--quiet true get-token", "--quiet get-token"),
            ("get-token --nonsense:x", "get-token --nonsense:x"),
            ("get-token -qp x", "get-token -qp x"),
            ("inspect -- --token:x", "inspect -- --token:x"),
            ("inspect -", "inspect -"),
            ("create-profile -p:dev", "config create -p=dev"),
            ("list-profiles --json true", "config list --json"),
            ("config list-profiles", "config list-profiles"),
            ("list -v", "config list -v"),
            ("token -p:dev", "get-token -p=dev"),
            ("whoami -p:dev", "whoami -p=dev"),
            ("version", "--version"),
            ("get-token list", "get-token list"),
            ("get-token -p list-profiles", "get-token -p list-profiles"),
            ("", ""),
        ] {
            let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            assert_eq!(respell(&definition, &words).join(" "), expected, "{line}");
        }
    }
}
