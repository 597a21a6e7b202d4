//! A request on its way to the token logic, and back with what went wrong.

use crate::bindings::errors;
use crate::bindings::tokens::{Credential, Request};
use crate::input::environment::variable;
use crate::output::error::Error;
use crate::output::exit_code::ExitCode;
use crate::output::printable::printable;
use crate::profile::demo;
use crate::profile::flow::Flow;
use crate::profile::from_environment::CLIENT_SECRET;
use crate::profile::in_use::{InUse, Source};
use crate::profile::stored_secrets;

/// A request and the profile that it was made from.
pub(crate) struct Prepared {
    pub(crate) request: Request,
    pub(crate) in_use: InUse,
    pub(crate) flow: Flow,
    /// Whether an option gave the client secret.
    pub(crate) secret_is_option: bool,
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
        let is_about_secret = matches!(&error, errors::Error::ServerRefused(refusal)
            if refusal.error == INVALID_CLIENT);
        let is_password = matches!(self.request.credential, Credential::Certificate(_));
        let mut error = match error {
            errors::Error::SecretMissing(problem) if problem.hint.is_none() && is_password => {
                Error::bad_arguments(problem.message, PASSWORD_SOURCES)
            }
            errors::Error::SecretMissing(mut problem) if problem.hint.is_none() => {
                problem.hint = stored_secrets::why_none_can_be().map(|reason| {
                    format!("set AZURE_CLIENT_SECRET, or give one with `--client-secret -`; none can be stored: {reason}")
                });
                Error::from(errors::Error::SecretMissing(problem))
            }
            error => Error::from(error),
        };
        if self.in_use.source == Source::Demo && error.code == ExitCode::NetworkFailed {
            error.hint = Some(demo::ELSEWHERE_HINT.to_owned());
        }
        if let (true, Some(source)) = (is_about_secret, self.secret_source()) {
            let hint = error.hint.take().unwrap_or_default();
            error.hint = Some(format!("{hint}; the secret was {source}"));
        }
        if let Some(reason) = &self.withheld
            && error.code == ExitCode::BadArguments
        {
            error.hint = Some(format!(
                "{reason}; or give the secret by `--client-secret -`"
            ));
        }
        error.hint = error.hint.map(|hint| self.naming_profile(&hint));
        error
    }

    /// The hint with the profile in use in each command that takes one and names none.
    pub(crate) fn naming_profile(&self, hint: &str) -> String {
        match self.in_use.source {
            Source::Environment => hint.to_owned(),
            Source::Demo | Source::Saved => with_profile(hint, &self.in_use.profile.name),
        }
    }

    /// The same for one that is in no store: what reads the store tells of its own.
    pub(crate) fn given_secret_source(&self) -> Option<&'static str> {
        match &self.request.credential {
            Credential::Secret(secret) if secret.stored.is_none() => self.secret_source(),
            _ => None,
        }
    }

    /// Where the client secret that was sent came from: words that complete "the secret was …".
    fn secret_source(&self) -> Option<&'static str> {
        let Credential::Secret(secret) = &self.request.credential else {
            return None;
        };
        match (self.in_use.source, &secret.stored, &secret.given) {
            (Source::Demo, _, _) => None,
            (_, Some(_), None) => Some("the profile's own, from the secret store"),
            (_, Some(_), Some(_)) => {
                Some("the profile's own, or AZURE_CLIENT_SECRET where none is stored")
            }
            (_, None, _) if self.secret_is_option => Some("given by `--client-secret`"),
            // Else somebody has typed it.
            (_, None, _) => variable(CLIENT_SECRET).map(|_| "that of AZURE_CLIENT_SECRET"),
        }
    }
}

/// Who asked could not prove itself ([RFC 6749 section 5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2)).
const INVALID_CLIENT: &str = "invalid_client";

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

/// The hint with these scopes behind the command that gets a token.
pub(crate) fn with_scope(hint: &str, scope: &str) -> String {
    match hint.strip_suffix('`') {
        Some(command) => format!("{command} --scope {}`", printable(scope)),
        None => hint.to_owned(),
    }
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
