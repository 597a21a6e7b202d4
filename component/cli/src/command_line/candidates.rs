//! What may come next on a command line, for the shells that ask (see [`crate::command::completion`]).

use clap::{Arg, Command};

use crate::input::environment::variable;
use crate::input::named::Named;
use crate::output::Output;
use crate::output::error::Error;
use crate::profile::auth_method::AuthMethod;
use crate::profile::demo;
use crate::profile::fields;
use crate::profile::flow::Flow;
use crate::profile::saved;

/// The line that a shell asks to complete, up to the cursor.
pub(crate) fn asked() -> Option<String> {
    let line = variable("COMP_LINE")?;
    let point = variable("COMP_POINT").and_then(|point| point.parse().ok());
    // bash counts bytes.
    let before = point.and_then(|point: usize| line.get(..point));
    Some(before.unwrap_or(&line).to_owned())
}

/// Print what may come next, one candidate a line. A shell that asks wants no errors.
pub(crate) fn answer(definition: &Command, line: &str, output: &Output) -> Result<(), Error> {
    let candidates = candidates(definition, line);
    if candidates.is_empty() {
        return Ok(());
    }
    output.result(&candidates.join("\n"))
}

/// Whole words that go on from the last, unfinished one.
fn candidates(definition: &Command, line: &str) -> Vec<String> {
    let mut words: Vec<&str> = line.split_whitespace().collect();
    let is_unfinished = !line.ends_with(char::is_whitespace);
    let unfinished = if is_unfinished { words.pop() } else { None }.unwrap_or_default();
    let mut command = definition;
    let mut waiting: Option<&Arg> = None;
    for word in words.into_iter().skip(1) {
        if waiting.take().is_some() {
            continue;
        }
        if let Some(option) = option(command, word) {
            waiting = option.get_action().takes_values().then_some(option);
        } else {
            command = command.find_subcommand(word).unwrap_or(command);
        }
    }
    let all = match waiting {
        Some(option) => values(option),
        None if unfinished.starts_with('-') => options(command),
        None => commands(command),
    };
    all.into_iter()
        .filter(|candidate| candidate.starts_with(unfinished))
        .collect()
}

fn option<'a>(command: &'a Command, word: &str) -> Option<&'a Arg> {
    let long = word.strip_prefix("--");
    let short = word.strip_prefix('-').and_then(|rest| {
        let mut letters = rest.chars();
        letters.next().filter(|_| letters.next().is_none())
    });
    command.get_arguments().find(|option| {
        let is_long = long.is_some_and(|name| {
            let mut names = option.get_long_and_visible_aliases().unwrap_or_default();
            names.extend(option.get_long());
            names.contains(&name)
        });
        is_long || (short.is_some() && option.get_short() == short)
    })
}

fn options(command: &Command) -> Vec<String> {
    let shown = command
        .get_arguments()
        .filter(|option| !option.is_hide_set());
    shown
        .filter_map(|option| Some(format!("--{}", option.get_long()?)))
        .collect()
}

fn commands(command: &Command) -> Vec<String> {
    let shown = command
        .get_subcommands()
        .filter(|subcommand| !subcommand.is_hide_set());
    shown
        .map(|subcommand| subcommand.get_name().to_owned())
        .collect()
}

/// The values that are known; for files the shell knows better.
fn values(option: &Arg) -> Vec<String> {
    match option.get_id().as_str() {
        "auth_method" => names_of::<AuthMethod>(),
        "flow" => names_of::<Flow>(),
        "name" | "profile" => profile_names(),
        "output" => ["json", "yaml"].map(str::to_owned).into(),
        _ => Vec::new(),
    }
}

fn names_of<C: Named>() -> Vec<String> {
    C::NAMES
        .iter()
        .map(|(_, name)| (*name).to_owned())
        .collect()
}

/// Those that no shell reads as anything but a word: some insert a candidate into the command line as it is. A document that
/// others have written may hold other names.
fn profile_names() -> Vec<String> {
    let document = saved::load().unwrap_or_default();
    plain_words(document.names().into_iter().chain([demo::NAME]))
}

fn plain_words<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    names
        .filter(|name| fields::is_plain_word(name))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::candidates;
    use crate::command_line;

    #[test]
    fn no_candidate_means_anything_to_a_shell() {
        let names = [
            "prod",
            "my-api_2",
            "Demo",
            "prod$(touch PWN)",
            "qa;touch",
            "`id`",
            "!x",
            "{a,b}",
            "~root",
            "a b",
            "a'b",
            "a\"b",
            "*",
            "-o",
            "--help",
            "a\\b",
            "prod\u{200b}",
            "\u{202e}x",
            "é",
            "a|b",
            "<x>",
            "a&b",
            "#x",
            "a=b",
            "%PATH%",
            "@a",
            "a\nb",
            "",
        ];
        assert_eq!(
            super::plain_words(names.into_iter()),
            ["prod", "my-api_2", "Demo"]
        );
    }

    #[test]
    fn candidates_go_on_from_what_stands_there() {
        let definition = command_line::definition();
        for (line, expected) in [
            ("entra-auth-cli ref", "refresh"),
            ("entra-auth-cli config ex", "export"),
            ("entra-auth-cli config export --inc", "--include-secrets"),
            ("entra-auth-cli get-token --no-ca", "--no-cache"),
            ("entra-auth-cli get-token -f Dev", "DeviceCode"),
            (
                "entra-auth-cli get-token --flow ",
                "ClientCredentials InteractiveBrowser DeviceCode AuthorizationCode ManagedIdentity OnBehalfOf",
            ),
            ("entra-auth-cli get-token --file to", ""),
            ("entra-auth-cli get-token --timeout config ref", ""),
            ("entra-auth-cli -q get-token -o y", "yaml"),
            ("entra-auth-cli nonsense --no-ca", ""),
            (
                "",
                "get-token refresh inspect status discover config clear-cache completion help",
            ),
        ] {
            assert_eq!(candidates(&definition, line).join(" "), expected, "{line}");
        }
    }
}
