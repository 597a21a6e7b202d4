//! A request on its way to the token logic, and back with what went wrong.

use crate::bindings::errors;
use crate::bindings::tokens::{Credential, Request};
use crate::output::error::Error;
use crate::output::exit_code::ExitCode;
use crate::profile::demo;
use crate::profile::flow::Flow;
use crate::profile::in_use::{InUse, Source};

/// A request and the profile that it was made from.
pub(crate) struct Prepared {
    pub(crate) request: Request,
    pub(crate) in_use: InUse,
    pub(crate) flow: Flow,
    /// Why something that the environment holds was not used.
    pub(crate) withheld: Option<String>,
}

impl Prepared {
    /// How messages name the profile.
    pub(crate) fn label(&self) -> String {
        match self.in_use.source {
            Source::Environment => "the environment's client".to_owned(),
            Source::Demo | Source::Saved => format!("profile '{}'", self.in_use.profile.name),
        }
    }

    /// An error of the token logic, with the advice that only the profile's owner can give.
    pub(crate) fn explain(&self, error: errors::Error) -> Error {
        let is_password = matches!(self.request.credential, Credential::Certificate(_));
        let mut error = match error {
            errors::Error::SecretMissing(problem) if problem.hint.is_none() && is_password => {
                Error::bad_arguments(problem.message, PASSWORD_SOURCES)
            }
            error => Error::from(error),
        };
        if self.in_use.source == Source::Demo && error.code == ExitCode::NetworkFailed {
            error.hint = Some(demo::ELSEWHERE_HINT.to_owned());
        }
        if let Some(reason) = &self.withheld
            && error.code == ExitCode::BadArguments
        {
            error.hint = Some(format!(
                "{reason}; or give the secret by `--client-secret -`"
            ));
        }
        if self.in_use.source != Source::Environment {
            let name = &self.in_use.profile.name;
            error.hint = error.hint.map(|hint| with_profile(&hint, name));
        }
        error
    }
}

/// Where the password of a certificate can come from.
const PASSWORD_SOURCES: &str = "store it with `entra-auth-cli config edit --certificate-password -`, or set AZURE_CLIENT_CERTIFICATE_PASSWORD";

/// The hint with the profile in each command that takes one and names none.
fn with_profile(hint: &str, name: &str) -> String {
    let commands = COMMANDS
        .iter()
        .filter(|command| !hint.contains(&format!("{command} -p")));
    commands.fold(hint.to_owned(), |hint, command| {
        hint.replace(command, &format!("{command} -p {name}"))
    })
}

/// Commands about one profile, as hints write them.
const COMMANDS: [&str; 4] = [
    "entra-auth-cli get-token",
    "entra-auth-cli refresh",
    "entra-auth-cli clear-cache",
    "entra-auth-cli config edit",
];

#[cfg(test)]
mod tests {
    use super::with_profile;

    #[test]
    fn commands_in_hints_name_the_profile() {
        for (hint, expected) in [
            (
                "sign in with `entra-auth-cli get-token`",
                "sign in with `entra-auth-cli get-token -p dev`",
            ),
            (
                "`entra-auth-cli config edit --client-secret -`",
                "`entra-auth-cli config edit -p dev --client-secret -`",
            ),
            (
                "`entra-auth-cli get-token -p other`",
                "`entra-auth-cli get-token -p other`",
            ),
            ("try again", "try again"),
        ] {
            assert_eq!(with_profile(hint, "dev"), expected);
        }
    }
}
