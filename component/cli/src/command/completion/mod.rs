//! `completion`: the script of a shell. It only asks this program, by the variables with which
//! bash asks (`complete -C`), so that profiles and flows are completed everywhere.

use crate::clap::{self, Args};
use crate::input::named::{self, Named};
use crate::output::error::BadValue;
use crate::output::exit_code::ExitCode;
use crate::output::{Outcome, Output};

/// Examples for the help.
pub(crate) const EXAMPLES: &str = "\
Examples:
  source <(entra-auth-cli completion bash)        in ~/.bashrc
  source <(entra-auth-cli completion zsh)         in ~/.zshrc, after compinit
  entra-auth-cli completion fish | source         in ~/.config/fish/config.fish
  entra-auth-cli completion powershell | Out-String | Invoke-Expression

The same in bash, without a script: complete -C entra-auth-cli entra-auth-cli";

/// Arguments of `completion`.
#[derive(Args)]
pub(crate) struct Completion {
    /// bash, zsh, fish or powershell
    shell: Shell,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shell {
    Bash,
    Fish,
    Pwsh,
    Zsh,
}

impl Named for Shell {
    const NAMES: &'static [(Self, &'static str)] = &[
        (Self::Bash, "bash"),
        (Self::Zsh, "zsh"),
        (Self::Fish, "fish"),
        (Self::Pwsh, "powershell"),
    ];
    const ALIASES: &'static [(Self, &'static str)] = &[(Self::Pwsh, "pwsh")];
    const NOUN: &'static str = "shell";
}

impl std::str::FromStr for Shell {
    type Err = BadValue;

    fn from_str(text: &str) -> Result<Self, BadValue> {
        named::parse(text)
    }
}

impl Completion {
    pub(crate) fn run(&self, output: &Output) -> Outcome {
        output.result(match self.shell {
            Shell::Bash => include_str!("bash.sh"),
            Shell::Fish => include_str!("fish.fish"),
            Shell::Pwsh => include_str!("powershell.ps1"),
            Shell::Zsh => include_str!("zsh.sh"),
        })?;
        Ok(ExitCode::Done)
    }
}
