//! What may come next on a command line, for the shells that ask (see [`crate::command::completion`]).

use clap::{Arg, Command};

use crate::command::completion::Shell;
use crate::command::format::Format;
use crate::command::inspect::PartFormat;
use crate::input::environment::variable;
use crate::input::named::Named;
use crate::output::Output;
use crate::output::error::Error;
use crate::profile::auth_method::AuthMethod;
use crate::profile::demo;
use crate::profile::fields;
use crate::profile::flow::Flow;
use crate::profile::saved;
use crate::request::browser_options::Prompt;

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
    let candidates = candidates(definition, line, &profile_names);
    if candidates.is_empty() {
        return Ok(());
    }
    output.result(&candidates.join("\n"))
}

/// Where the names of profiles come from.
type Profiles = dyn Fn() -> Vec<String>;

/// Whole words that go on from the last, unfinished one.
fn candidates(definition: &Command, line: &str, profiles: &Profiles) -> Vec<String> {
    let mut words: Vec<&str> = line.split_whitespace().collect();
    let is_unfinished = !line.ends_with(char::is_whitespace);
    let unfinished = if is_unfinished { words.pop() } else { None }.unwrap_or_default();
    let mut command = definition;
    let mut waiting: Option<&Arg> = None;
    let mut given = 0;
    for word in words.into_iter().skip(1) {
        if waiting.take().is_some() {
            continue;
        }
        if let Some(option) = option(command, word) {
            waiting = option.get_action().takes_values().then_some(option);
        } else {
            match command.find_subcommand(word) {
                Some(subcommand) => command = subcommand,
                None => given += 1,
            }
        }
    }
    let all = match waiting {
        Some(option) => values(command, option, profiles),
        None if unfinished.starts_with('-') => options(command),
        None => {
            let argument = command.get_positionals().nth(given);
            let values = argument.map(|argument| values(command, argument, profiles));
            [commands(command), values.unwrap_or_default()].concat()
        }
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
        .flat_map(|subcommand| {
            let aliases = subcommand.get_visible_aliases();
            [subcommand.get_name()].into_iter().chain(aliases)
        })
        .map(str::to_owned)
        .collect()
}

/// The values that are known; for files the shell knows better.
fn values(command: &Command, value: &Arg, profiles: &Profiles) -> Vec<String> {
    let is_token = matches!(command.get_name(), "get-token" | "refresh");
    match value.get_id().as_str() {
        // A new profile has a new name, and a renamed one too.
        "profile" | "name" if matches!(command.get_name(), "create" | "import") => Vec::new(),
        "argument" if matches!(command.get_name(), "inspect" | "import") => Vec::new(),
        "argument" | "name" | "profile" => profiles(),
        "command" => Vec::new(),
        "auth_method" => names_of::<AuthMethod>(),
        "authority" => AUTHORITIES.map(str::to_owned).into(),
        "flow" if matches!(command.get_name(), "create" | "edit") => {
            [names_of::<Flow>(), vec!["automatic".to_owned()]].concat()
        }
        "flow" => names_of::<Flow>(),
        "identity" => vec!["system".to_owned()],
        "output" if is_token => ["token", "json", "yaml", "az"].map(str::to_owned).into(),
        "output" if command.get_name() == "inspect" => names_of::<PartFormat>(),
        "output" if command.get_name() == "export" => Vec::new(),
        "output" => names_of::<Format>(),
        "prompt" => names_of::<Prompt>(),
        "shell" => names_of::<Shell>(),
        _ => Vec::new(),
    }
}

/// Clouds that are known by name.
const AUTHORITIES: [&str; 2] = ["usgovernment", "china"];

fn names_of<C: Named>() -> Vec<String> {
    C::NAMES
        .iter()
        .map(|(one, _)| one.entry().0.to_owned())
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
    use clap::Command;

    use super::{candidates, values};
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

    fn profiles() -> Vec<String> {
        ["dev", "demo"].map(str::to_owned).into()
    }

    #[test]
    fn candidates_go_on_from_what_stands_there() {
        let definition = command_line::definition(command_line::USUAL_WIDTH);
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
            ("entra-auth-cli get-token -o ", "token json yaml az"),
            ("entra-auth-cli inspect -o ", "pretty json yaml"),
            ("entra-auth-cli config export -o ", ""),
            ("entra-auth-cli config edit dev --flow a", "automatic"),
            ("entra-auth-cli get-token --cloud u", "usgovernment"),
            ("entra-auth-cli get-token --prompt sel", "select_account"),
            ("entra-auth-cli completion z", "zsh"),
            ("entra-auth-cli get-token d", "dev demo"),
            ("entra-auth-cli get-token dev d", ""),
            ("entra-auth-cli status -p de", "dev demo"),
            ("entra-auth-cli config create -p d", ""),
            ("entra-auth-cli nonsense --no-ca", ""),
            (
                "",
                "get-token refresh inspect status whoami discover config proxy serve clear-cache cache-key completion man-page help",
            ),
        ] {
            let candidates = candidates(&definition, line, &profiles);
            assert_eq!(candidates.join(" "), expected, "{line}");
        }
    }

    /// Options whose values only their reader knows, or which the shell completes as files.
    const FREE: &[&str] = &[
        "allow",
        "argument",
        "assertion",
        "audience",
        "certificate_password",
        "certificate_path",
        "claims",
        "client_id",
        "client_secret",
        "command",
        "config",
        "domain_hint",
        "env_file",
        "file",
        "folder",
        "host",
        "input",
        "listen",
        "login_hint",
        "name",
        "new_name",
        "passphrase_file",
        "pem",
        "port",
        "port_range",
        "private_key_path",
        "profile",
        "redirect_uri",
        "role",
        "scope",
        "search",
        "target",
        "tenant",
        "tenant_id",
        "timeout",
        "token",
        "warn_expiry",
    ];

    #[test]
    fn every_option_with_known_values_offers_them() {
        check(&command_line::definition(command_line::USUAL_WIDTH));
    }

    fn check(command: &Command) {
        if command.get_name() == "help" {
            return;
        }
        for option in command.get_arguments() {
            let id = option.get_id().as_str();
            let is_file = command.get_name() == "export" && id == "output";
            if option.get_action().takes_values() && !FREE.contains(&id) && !is_file {
                assert!(
                    !values(command, option, &profiles).is_empty(),
                    "{} {id}",
                    command.get_name()
                );
            }
        }
        command.get_subcommands().for_each(check);
    }
}
