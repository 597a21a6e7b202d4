//! The command line: all commands, and what is common to them.

pub(crate) mod candidates;
pub(crate) mod encoding;
pub(crate) mod man_page;
pub(crate) mod published;
mod surroundings;
pub(crate) mod usage_error;

use crate::clap::{self, ArgAction, Args, CommandFactory, Parser, Subcommand};
use crate::command::cache_key::{self, CacheKey};
use crate::command::clear_cache::{self, ClearCache};
use crate::command::completion::{self, Completion};
use crate::command::config::Config;
use crate::command::discover::Discover;
use crate::command::get_token::GetToken;
use crate::command::inspect::Inspect;
use crate::command::proxy::{self, Proxy};
use crate::command::refresh::Refresh;
use crate::command::serve::{self, Serve};
use crate::command::status::{self, Status};
use crate::command_line::man_page::ManPage;
use crate::output::Verbosity;

/// The program's name, whatever the host calls the file.
pub(crate) const NAME: &str = "entra-auth-cli";

/// Get Microsoft Entra ID access tokens for your APIs
#[derive(Parser)]
#[command(
    name = NAME,
    bin_name = NAME,
    disable_version_flag = true,
    version,
    after_long_help = after_help(),
)]
pub(crate) struct CommandLine {
    #[command(flatten)]
    pub(crate) common: Common,

    /// Print the version; `-v` alone does too
    #[arg(short = 'V', long, action = ArgAction::Version)]
    version: Option<bool>,

    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

const COMMON: &str = "Options of every command";

/// Options of every command.
#[derive(Args)]
pub(crate) struct Common {
    /// Tell on stderr what is going on; never a secret
    #[arg(short, long, global = true, help_heading = COMMON, conflicts_with = "quiet")]
    pub(crate) verbose: bool,

    /// Nothing but the result, and errors
    #[arg(short, long, visible_alias = "silent", global = true, help_heading = COMMON)]
    pub(crate) quiet: bool,

    /// No colours; NO_COLOR does the same
    #[arg(long, global = true, help_heading = COMMON)]
    pub(crate) no_color: bool,
}

/// The commands.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Print an access token, from the cache or a new one
    #[command(after_long_help = GET_TOKEN_EXAMPLES)]
    GetToken(Box<GetToken>),

    /// Print a new access token without asking anybody
    #[command(after_long_help = REFRESH_EXAMPLES)]
    Refresh(Box<Refresh>),

    /// Show what a token says; its signature is verified by `--verify` alone
    #[command(after_long_help = INSPECT_EXAMPLES)]
    Inspect(Inspect),

    /// Show the cached token of a profile: how long, for whom, with which rights
    #[command(after_long_help = status::EXAMPLES, visible_alias = "whoami")]
    Status(Status),

    /// Search the app registrations of a tenant, or check whether a token is still good
    #[command(after_long_help = DISCOVER_EXAMPLES)]
    Discover(Box<Discover>),

    /// Create, show, change, export and import profiles
    Config(Config),

    /// Let the right callers through to an API, with the right token
    #[command(after_long_help = proxy::EXAMPLES)]
    Proxy(Proxy),

    /// Hand tokens to programs that ask for a managed identity
    #[command(after_long_help = serve::EXAMPLES)]
    Serve(Box<Serve>),

    /// Forget cached tokens
    #[command(after_long_help = clear_cache::EXAMPLES)]
    ClearCache(ClearCache),

    /// Print a new key that seals cached tokens where no store can keep one
    #[command(after_long_help = cache_key::EXAMPLES)]
    CacheKey(CacheKey),

    /// Print the script that completes commands in a shell
    #[command(after_long_help = completion::EXAMPLES)]
    Completion(Completion),

    /// Print a manual page
    #[command(after_long_help = man_page::EXAMPLES)]
    ManPage(ManPage),
}

/// Where nobody knows how wide the terminal is.
pub(crate) const USUAL_WIDTH: usize = 80;

/// Longer lines are hard to read, narrower ones leave no room beside the name of an option.
const WIDTHS: std::ops::RangeInclusive<usize> = 40..=100;

/// The definition, complete: what is the same for all commands is said once. Help is wrapped to `width` characters.
pub(crate) fn definition(width: usize) -> clap::Command {
    let width = width.clamp(*WIDTHS.start(), *WIDTHS.end());
    let definition = with_exit_codes(CommandLine::command()).term_width(width);
    let is_narrow = width < USUAL_WIDTH;
    let mut definition = everywhere(definition, &|command| command.next_line_help(is_narrow));
    definition.build();
    definition
}

fn everywhere(
    command: clap::Command,
    change: &impl Fn(clap::Command) -> clap::Command,
) -> clap::Command {
    change(command).mut_subcommands(|subcommand| everywhere(subcommand, change))
}

/// `-h` is short, `--help` is all.
fn with_exit_codes(command: clap::Command) -> clap::Command {
    let command = command.after_help("`--help` says more, with examples.");
    command.mut_subcommands(|subcommand| {
        let help = subcommand.get_after_long_help().map(ToString::to_string);
        let help = help.map(|help| format!("{help}\n\n")).unwrap_or_default();
        let help = format!("{help}Exit codes: `{NAME} --help` lists them.");
        with_exit_codes(subcommand.after_long_help(help))
    })
}

impl Common {
    pub(crate) fn verbosity(&self) -> Verbosity {
        match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (false, true) => Verbosity::Verbose,
            (false, false) => Verbosity::Normal,
        }
    }
}

const GET_TOKEN_EXAMPLES: &str = "\
Examples:
  TOKEN=$(entra-auth-cli get-token -p my-api-client)
  entra-auth-cli get-token -p my-api -s \"api://your-api-id/.default\"
  entra-auth-cli get-token -p my-api --output json | jq -r .access_token
  entra-auth-cli get-token -p demo      no set-up; worth nothing elsewhere
  entra-auth-cli get-token -p my-api-user -f DeviceCode
  entra-auth-cli get-token -p my-api -f OnBehalfOf --assertion @incoming.txt \\
      -s api://downstream-api/.default

stdout carries the token alone. `--output az` is what Azure CLI prints.
Without any profile: set AZURE_TENANT_ID, AZURE_CLIENT_ID and
AZURE_CLIENT_SECRET, and give --scope. AZURE_AUTHORITY_HOST names another cloud.
The secret is taken from --client-secret, else from the store, else from
AZURE_CLIENT_SECRET. Instead of the secret: AZURE_CLIENT_CERTIFICATE_PATH, with
AZURE_CLIENT_CERTIFICATE_PASSWORD if it has one; or a federated token, from the
first of these that is set:
  AZURE_FEDERATED_TOKEN_FILE                 workload identity
  ACTIONS_ID_TOKEN_REQUEST_URL,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN         GitHub Actions
  SYSTEM_OIDCREQUESTURI, SYSTEM_ACCESSTOKEN,
      AZURESUBSCRIPTION_SERVICE_CONNECTION_ID
                                             Azure Pipelines
A profile asks for the federated token by
`config create --auth-method FederatedToken`.";

const REFRESH_EXAMPLES: &str = "\
Examples:
  TOKEN=$(entra-auth-cli refresh -p my-api-client)
  entra-auth-cli refresh -p my-api-user --output json";

const INSPECT_EXAMPLES: &str = "\
Examples:
  echo \"$TOKEN\" | entra-auth-cli inspect -
  entra-auth-cli get-token -p my-api-client | entra-auth-cli inspect | jq .aud
  entra-auth-cli inspect -p my-api-client --claims
  entra-auth-cli inspect \"$TOKEN\" --verify --audience api://your-api-id

Ends with 1 if the token is expired or not yet valid, or with --verify if an API
would refuse it; with 4 if it cannot be decoded.";

const DISCOVER_EXAMPLES: &str = "\
Examples:
  entra-auth-cli discover -t contoso.onmicrosoft.com -s \"YourAPI*\"
  entra-auth-cli discover -p my-api-client -s \"*API*\" -o json | jq '.[].scopes'
  entra-auth-cli discover -t contoso.com -s api://your-api-id --verbose
  entra-auth-cli discover -t \"$TOKEN\" && echo still good
  entra-auth-cli discover -p my-api-client --quiet

A search signs a person in through Microsoft Graph PowerShell, or asks as the
profile that `-p` names; either needs the permission Application.Read.All of
Microsoft Graph. Where its output is piped, it is one line an app: name, client
id, App ID URIs, scopes, app roles, date, between tabs.

A check ends with 0 if the token is valid, with 1 if it is expired or not yet
valid, and with 4 if it cannot be decoded. Nothing but its times is checked.";

fn after_help() -> String {
    format!(
        "\
Examples:
  entra-auth-cli get-token -p demo      no set-up; the token is worth nothing
  entra-auth-cli config create          create a profile for your own API
  TOKEN=$(entra-auth-cli get-token -p my-api-client)
  echo \"$TOKEN\" | entra-auth-cli inspect -

{}",
        crate::output::exit_code::TABLE
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn every_help_fits_the_terminal_and_has_an_example() {
        for width in [60, 80, 100] {
            check(&mut definition(width), width);
        }
    }

    fn check(command: &mut clap::Command, width: usize) {
        if command.get_name() == "help" {
            return;
        }
        let (short, long) = (command.render_help(), command.render_long_help());
        let (short, long) = (short.to_string(), long.to_string());
        for line in short.lines().chain(long.lines()) {
            // A word that is longer stays whole.
            let is_word = !line.trim().contains(' ');
            assert!(is_word || line.chars().count() <= width, "{width}: {line}");
        }
        let is_group = command.has_subcommands();
        assert!(is_group || long.contains("Example"), "{long}");
        assert!(long.contains("Exit codes"), "{long}");
        assert!(
            !short.contains("Example") && short.contains("--help"),
            "{short}"
        );
        for subcommand in command.get_subcommands_mut() {
            check(subcommand, width);
        }
    }
}
