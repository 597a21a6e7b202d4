//! What clap has to say about the command line, in our words and with our exit codes.
//!
//! Only option and command names are repeated, never values: what stands in the wrong place may be
//! a secret.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::command_line::NAME;
use crate::input::named::quoted_if_word;
use crate::output::error::{BadValue, Error};

/// What to do when clap did not hand out a command.
pub(crate) enum Refusal {
    /// The user asked for this text.
    Answer(String),
    /// A group of commands was named without a command: its help, and a failure.
    HelpInstead(String),
    Wrong(Error),
}

/// Translate clap's refusal.
pub(crate) fn translate(error: &clap::Error) -> Refusal {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Refusal::Answer(error.to_string()),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            Refusal::HelpInstead(error.to_string())
        }
        kind => Refusal::Wrong(wrong(kind, error)),
    }
}

fn wrong(kind: ErrorKind, error: &clap::Error) -> Error {
    let argument = text(error, ContextKind::InvalidArg).unwrap_or_default();
    let option = option_name(&argument);
    match kind {
        ErrorKind::UnknownArgument => unknown_argument(&argument, error),
        ErrorKind::InvalidSubcommand => {
            let word = text(error, ContextKind::InvalidSubcommand).unwrap_or_default();
            let message = format!("unknown command{}", quoted_if_word(&word));
            let known = OTHER_TOOLS.iter().find(|(other, _)| *other == word);
            let hint = known.map(|(_, hint)| (*hint).to_owned());
            let hint = hint.or_else(|| {
                let is_about_profiles = ABOUT_PROFILES.contains(&word.as_str());
                is_about_profiles.then(|| format!("did you mean `entra-auth-cli config {word}`?"))
            });
            hinted(
                message,
                hint.or_else(|| suggestion(error, ContextKind::SuggestedSubcommand)),
                error,
            )
        }
        ErrorKind::ValueValidation | ErrorKind::InvalidValue => invalid_value(&option, error),
        ErrorKind::MissingRequiredArgument => hinted(format!("missing {argument}"), None, error),
        ErrorKind::MissingSubcommand => hinted("no command is given".to_owned(), None, error),
        ErrorKind::ArgumentConflict => {
            let other = text(error, ContextKind::PriorArg).unwrap_or_default();
            let message = match option_name(&other) {
                other if other == option => format!("`{option}` is given twice"),
                other if other.is_empty() => format!("`{option}` is given twice"),
                other => format!("`{option}` and `{other}` exclude each other"),
            };
            hinted(message, None, error)
        }
        ErrorKind::TooManyValues => hinted(format!("`{option}` takes no value"), None, error),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues | ErrorKind::NoEquals => {
            hinted(format!("`{option}` needs a value"), None, error)
        }
        _ => hinted(
            "the command line cannot be understood".to_owned(),
            None,
            error,
        ),
    }
}

/// What other tools call commands that are none here, and what to run instead.
const OTHER_TOOLS: [(&str, &str); 7] = [
    (
        "login",
        "`entra-auth-cli get-token` signs in and prints the token; `entra-auth-cli status` shows who is signed in",
    ),
    (
        "signin",
        "`entra-auth-cli get-token` signs in and prints the token",
    ),
    (
        "logout",
        "`entra-auth-cli clear-cache` forgets the tokens of a profile, `entra-auth-cli clear-cache --all` those of all",
    ),
    (
        "signout",
        "`entra-auth-cli clear-cache` forgets the tokens of a profile",
    ),
    (
        "init",
        "`entra-auth-cli config create` asks for what a profile needs",
    ),
    (
        "profile",
        "`entra-auth-cli config create` makes a profile, `config --help` lists what else there is",
    ),
    (
        "demo",
        "`entra-auth-cli get-token -p demo` prints a token of the built-in tenant",
    ),
];

/// Commands below `config` that people look for at the top.
const ABOUT_PROFILES: [&str; 7] = [
    "create", "delete", "edit", "export", "import", "migrate", "show",
];

fn unknown_argument(argument: &str, error: &clap::Error) -> Error {
    if argument.starts_with('-') {
        let name = argument.split('=').next().unwrap_or_default();
        let message = match quoted_if_word(name) {
            quoted if quoted.is_empty() => "unknown option".to_owned(),
            quoted => format!("unknown option{quoted}"),
        };
        hinted(message, suggestion(error, ContextKind::SuggestedArg), error)
    } else {
        let word = quoted_if_word(argument);
        hinted(
            format!("there is a word that belongs to no option{word}"),
            None,
            error,
        )
    }
}

fn invalid_value(option: &str, error: &clap::Error) -> Error {
    let source = std::error::Error::source(error);
    if let Some(bad) = source.and_then(|source| source.downcast_ref::<BadValue>()) {
        return hinted(bad.message.clone(), bad.hint.clone(), error);
    }
    let is_missing = text(error, ContextKind::InvalidValue).is_none_or(|value| value.is_empty());
    let problem = if is_missing {
        "needs a value"
    } else {
        "has a value that does not do"
    };
    hinted(format!("`{option}` {problem}"), None, error)
}

fn hinted(message: String, hint: Option<String>, error: &clap::Error) -> Error {
    Error::bad_arguments(message, hint.unwrap_or_else(|| see_help(error)))
}

/// The help of the command that was meant, as far as it is known.
fn see_help(error: &clap::Error) -> String {
    let usage = match error.get(ContextKind::Usage) {
        Some(ContextValue::StyledStr(usage)) => usage.to_string(),
        _ => String::new(),
    };
    let is_command = |word: &&str| word.starts_with(|letter: char| letter.is_ascii_lowercase());
    let words = usage.split_whitespace().skip_while(|word| *word != NAME);
    let words: Vec<&str> = words.take_while(is_command).collect();
    match words.as_slice() {
        [] | [_] => format!("see `{NAME} --help`, or `--help` after a command"),
        words => format!("see `{} --help`", words.join(" ")),
    }
}

fn suggestion(error: &clap::Error, kind: ContextKind) -> Option<String> {
    text(error, kind).map(|name| format!("did you mean `{name}`?"))
}

/// The first text of the context.
fn text(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => texts.first().cloned(),
        _ => None,
    }
}

/// `--scope` of `--scope <SCOPES>`.
fn option_name(argument: &str) -> String {
    argument
        .split([' ', '='])
        .next()
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command_line::CommandLine;
    use clap::Parser;

    fn refusal(line: &str) -> String {
        let words = std::iter::once(NAME).chain(line.split_whitespace());
        match CommandLine::try_parse_from(words) {
            Ok(_) => "accepted".to_owned(),
            Err(error) => match translate(&error) {
                Refusal::Answer(_) => "answer".to_owned(),
                Refusal::HelpInstead(_) => "help".to_owned(),
                Refusal::Wrong(error) => {
                    format!("{} | {}", error.message, error.hint.unwrap_or_default())
                }
            },
        }
    }

    #[test]
    fn refusals_are_one_message_and_one_hint() {
        let see = "see `entra-auth-cli get-token --help`";
        for (line, expected) in [
            ("--help", "answer".to_owned()),
            ("--version", "answer".to_owned()),
            ("-V", "answer".to_owned()),
            ("get-token --help", "answer".to_owned()),
            ("help get-token", "answer".to_owned()),
            ("config", "help".to_owned()),
            (
                "get-token --ouptut json",
                "unknown option `--ouptut` | did you mean `--output`?".to_owned(),
            ),
            (
                "get-token --xyzzy",
                format!("unknown option `--xyzzy` | {see}"),
            ),
            (
                "get-tokn",
                "unknown command `get-tokn` | did you mean `get-token`?".to_owned(),
            ),
            (
                "login",
                "unknown command `login` | `entra-auth-cli get-token` signs in and prints the token; \
                 `entra-auth-cli status` shows who is signed in"
                    .to_owned(),
            ),
            (
                "create",
                "unknown command `create` | did you mean `entra-auth-cli config create`?".to_owned(),
            ),
            (
                "nonsense",
                "unknown command `nonsense` | see `entra-auth-cli --help`, or `--help` after a command"
                    .to_owned(),
            ),
            (
                "completion",
                "missing <SHELL> | see `entra-auth-cli completion --help`".to_owned(),
            ),
            (
                "get-token -f kerberos",
                "unknown flow `kerberos` | one of ClientCredentials, InteractiveBrowser, \
                 DeviceCode, AuthorizationCode, ManagedIdentity, OnBehalfOf"
                    .to_owned(),
            ),
            (
                "get-token --timeout soon",
                "the time limit is no duration between 1 second and 1 day | write `30s`, `2m`, \
                 or a bare number of seconds"
                    .to_owned(),
            ),
            (
                "get-token --warn-expiry x",
                "`--warn-expiry` has a value that does not do | see `entra-auth-cli --help`, or `--help` \
                 after a command"
                    .to_owned(),
            ),
            (
                "get-token --port http",
                "the port is no number between 1 and 65535 | leave it out to take any free port"
                    .to_owned(),
            ),
            (
                "get-token --port-range 8100-8000",
                "the port range is not two ports, the lower one first | write `8000-8100`"
                    .to_owned(),
            ),
            (
                "get-token --port 8080 --port-range 8000-8100",
                format!("`--port` and `--port-range` exclude each other | {see}"),
            ),
            (
                "get-token --prompt always",
                "unknown prompt `always` | one of login, select_account, consent, create, none"
                    .to_owned(),
            ),
            (
                "get-token -p",
                "`--profile` needs a value | see `entra-auth-cli --help`, or `--help` after a command"
                    .to_owned(),
            ),
            (
                "get-token -p a -p b",
                format!("`--profile` is given twice | {see}"),
            ),
            (
                "inspect --claims --header",
                "`--claims` and `--header` exclude each other | see `entra-auth-cli inspect --help`"
                    .to_owned(),
            ),
            (
                "get-token --verbose --quiet",
                format!("`--verbose` and `--quiet` exclude each other | {see}"),
            ),
        ] {
            assert_eq!(refusal(line), expected, "{line}");
        }
    }

    #[test]
    fn values_in_the_wrong_place_are_not_repeated() {
        for line in [
            "get-token S3cr3t.Value~",
            "S3cr3t.Value~",
            "get-token -p x S3cr3t.Value~",
            "get-token -f S3cr3t.Value~",
            "get-token --timeout S3cr3t.Value~",
            "get-token --clientsecret=S3cr3t.Value~",
            "get-token --force=S3cr3t.Value~",
        ] {
            let shown = refusal(line);
            assert!(!shown.contains("S3cr3t"), "{line}: {shown}");
            assert_ne!(shown, "accepted", "{line}");
        }
    }

    #[test]
    fn published_command_lines_are_accepted() {
        for line in [
            "get-token",
            "get-token -p my-api-client",
            "get-token -p my-api -s api://your-api-id/.default",
            "get-token --flow device-code --output json",
            "get-token --flow interactive --profile myapp --force",
            "get-token --no-cache --timeout 30s -o token.txt",
            "get-token --json --no-clipboard --warn-expiry 10",
            "get-token --client-secret -abc -p x --silent",
            "get-token -p x --flow InteractiveBrowser --port 8081",
            "get-token -p x -f AuthorizationCode --redirect-uri http://localhost:8080",
            "get-token -p x -f interactive --port-range 8000-8100 --show-url",
            "get-token -p x --login-hint alice@contoso.com --domain-hint contoso.com --prompt login",
            "get-token -p x -f obo --assertion -",
            "get-token -p x -f OnBehalfOf --assertion @incoming.txt -s api://downstream-api/.default",
            "get-token -p x --claims eyJhIjp7fX0=",
            "refresh -p x --claims {}",
            "refresh -p x --assertion @incoming.txt",
            "refresh --profile production --output json",
            "refresh -p x -q",
            "inspect -",
            "inspect",
            "inspect eyJ0eXAiOiJKV1Qi.e30.x --output json",
            "inspect --file token.txt --claims",
            "inspect -p x --header",
            "config list --json",
            "config list -o yaml -v",
            "config show -p x",
            "config show demo",
            "config edit dev --flow automatic",
            "config delete dev --force",
            "config import team.json --dry-run",
            "get-token dev",
            "refresh dev -q",
            "status",
            "status dev -o json",
            "config delete -p x --force",
            "config delete -n x -y",
            "config create",
            "config create -p dev",
            "config create --use-certificate",
            "config create --name ci --tenant-id t --client-id c --client-secret s --scope a",
            "--quiet get-token",
            "get-token --no-color",
        ] {
            assert_eq!(refusal(line), "accepted", "{line}");
        }
    }
}
