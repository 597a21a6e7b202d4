//! What a command can fail with: one line for what happened, one for what to do about it, and
//! the exit code.
//!
//! The one place where faults of the contract become exit codes.

use crate::bindings::errors;
use crate::bindings::errors::{Capability, Fault};
use crate::output::exit_code::ExitCode;

/// A failed command, ready to be shown.
#[derive(Debug)]
pub(crate) struct Error {
    pub(crate) code: ExitCode,
    /// One line, lower case, no full stop, no secret.
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
    /// More for `--verbose`: the server's own words.
    pub(crate) detail: Option<String>,
}

/// A value that a person gave and that does not do, from a flag or from a prompt.
#[derive(Debug)]
pub(crate) struct BadValue {
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
    /// What was probably meant, where Enter may take it.
    pub(crate) instead: Option<String>,
}

impl Error {
    pub(crate) fn new(code: ExitCode, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: Some(hint.into()),
            detail: None,
        }
    }

    pub(crate) fn bad_arguments(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(ExitCode::BadArguments, message, hint)
    }

    pub(crate) fn general(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(ExitCode::General, message, hint)
    }
}

impl BadValue {
    pub(crate) fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: Some(hint.into()),
            instead: None,
        }
    }
}

impl From<Error> for BadValue {
    fn from(error: Error) -> Self {
        Self {
            message: error.message,
            hint: error.hint,
            instead: None,
        }
    }
}

impl std::fmt::Display for BadValue {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for BadValue {}

impl From<BadValue> for Error {
    fn from(bad: BadValue) -> Self {
        Self {
            code: ExitCode::BadArguments,
            message: bad.message,
            hint: bad.hint,
            detail: None,
        }
    }
}

impl From<errors::Error> for Error {
    fn from(error: errors::Error) -> Self {
        match error {
            errors::Error::AnswerUnacceptable(answer) => answer.into(),
            errors::Error::CapabilityFailed(failure) => failure.into(),
            errors::Error::InteractionRequired(interaction) => interaction.into(),
            errors::Error::RequestImpossible(problem) => problem.into(),
            errors::Error::SecretMissing(problem) => errors::Problem {
                hint: problem.hint.or_else(|| Some(SECRET_SOURCES.to_owned())),
                ..problem
            }
            .into(),
            errors::Error::ServerRefused(refusal) => refusal.into(),
        }
    }
}

impl From<errors::BadAnswer> for Error {
    fn from(answer: errors::BadAnswer) -> Self {
        let advice = answer
            .hint
            .or_else(|| (!answer.transient).then(|| NO_SERVER.to_owned()));
        Self {
            code: ExitCode::NetworkFailed,
            message: answer.message,
            hint: with_wait(advice, answer.transient, answer.retry_after),
            detail: None,
        }
    }
}

impl From<errors::Problem> for Error {
    fn from(problem: errors::Problem) -> Self {
        Self {
            code: ExitCode::BadArguments,
            message: problem.message,
            hint: problem
                .hint
                .or_else(|| Some("correct the profile or the option that says so".to_owned())),
            detail: None,
        }
    }
}

impl From<errors::Failure> for Error {
    fn from(failure: errors::Failure) -> Self {
        // Whoever cancelled knows why, and what to do.
        if failure.fault == Fault::Cancelled {
            return Self {
                code: ExitCode::TimedOutOrCancelled,
                message: "cancelled".to_owned(),
                hint: None,
                detail: None,
            };
        }
        Self {
            code: capability_code(failure.capability, failure.fault),
            message: failure.message,
            hint: failure
                .hint
                .or_else(|| Some("try again, with `--verbose` for more".to_owned())),
            detail: None,
        }
    }
}

impl From<errors::Interaction> for Error {
    fn from(interaction: errors::Interaction) -> Self {
        let refusal = interaction.refusal.as_ref();
        Self {
            code: ExitCode::AuthenticationFailed,
            message: refusal.map_or(interaction.message, refused),
            hint: interaction
                .hint
                .or_else(|| refusal.and_then(|refusal| refusal.hint.clone()))
                .or_else(|| Some("sign in with `entra-auth-cli get-token`".to_owned())),
            detail: refusal.and_then(detail),
        }
    }
}

impl From<errors::Refusal> for Error {
    fn from(refusal: errors::Refusal) -> Self {
        let code = if refusal.transient {
            ExitCode::NetworkFailed
        } else {
            ExitCode::AuthenticationFailed
        };
        Self {
            code,
            message: refused(&refusal),
            detail: detail(&refusal),
            hint: refusal_hint(&refusal),
        }
    }
}

/// Where a client secret can come from.
const SECRET_SOURCES: &str = "store one with `entra-auth-cli config edit --client-secret -`, give one with `--client-secret -`, or set AZURE_CLIENT_SECRET";

/// What an answer that is none most often means.
const NO_SERVER: &str = "try again; if it stays so, check that the authority is Entra and that no proxy answers in its place";

fn capability_code(capability: Capability, fault: Fault) -> ExitCode {
    match fault {
        Fault::Cancelled | Fault::TimedOut => ExitCode::TimedOutOrCancelled,
        Fault::Unreachable | Fault::Untrusted => ExitCode::NetworkFailed,
        Fault::Absent
        | Fault::Conflict
        | Fault::Damaged
        | Fault::Denied
        | Fault::Locked
        | Fault::Other => match capability {
            Capability::Network => ExitCode::NetworkFailed,
            Capability::ArcAgent
            | Capability::Clipboard
            | Capability::Files
            | Capability::LocalTime
            | Capability::ProfileStore
            | Capability::Progress
            | Capability::Prompt
            | Capability::SecretStore
            | Capability::SignIn
            | Capability::TokenCache => ExitCode::General,
        },
    }
}

fn refused(refusal: &errors::Refusal) -> String {
    format!("{}{}", refusal.message, reference(refusal))
}

/// What an administrator needs to find this refusal in the sign-in logs.
fn reference(refusal: &errors::Refusal) -> String {
    let parts: Vec<String> = [
        refusal.codes.first().map(|code| format!("AADSTS{code}")),
        refusal.suberror.clone(),
        (refusal.codes.is_empty() && refusal.status != 0)
            .then(|| format!("HTTP {}", refusal.status)),
        refusal
            .correlation_id
            .as_ref()
            .map(|id| format!("correlation id {id}")),
        refusal.trace_id.as_ref().map(|id| format!("trace id {id}")),
        refusal.timestamp.clone(),
    ]
    .into_iter()
    .flatten()
    .collect();
    if parts.is_empty() {
        String::new()
    } else {
        format!(" ({})", parts.join(", "))
    }
}

fn detail(refusal: &errors::Refusal) -> Option<String> {
    (!refusal.description.is_empty()).then(|| refusal.description.clone())
}

fn refusal_hint(refusal: &errors::Refusal) -> Option<String> {
    let advice = refusal.hint.clone().or_else(|| {
        refusal.codes.first().map(|code| {
            format!("look it up at https://login.microsoftonline.com/error?code={code}, or add `--verbose` for the server's own words")
        })
    });
    with_wait(advice, refusal.transient, refusal.retry_after)
        .or_else(|| Some("add `--verbose` for the server's own words".to_owned()))
}

/// The advice, and when to come back if that may help.
fn with_wait(advice: Option<String>, transient: bool, retry_after: Option<u64>) -> Option<String> {
    let wait = match (transient, retry_after) {
        (true, Some(1)) => Some("try again in 1 second".to_owned()),
        (true, Some(seconds)) => Some(format!("try again in {seconds} seconds")),
        (true, None) if advice.is_none() => Some("try again later".to_owned()),
        (true, None) | (false, _) => None,
    };
    let parts: Vec<String> = advice.into_iter().chain(wait).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(error: &str, codes: &[u64], transient: bool) -> errors::Refusal {
        errors::Refusal {
            status: 400,
            message: format!("the server refused: {error}"),
            error: error.to_owned(),
            description: "Invalid client secret provided.".to_owned(),
            codes: codes.to_vec(),
            suberror: None,
            timestamp: None,
            trace_id: None,
            correlation_id: None,
            claims: None,
            retry_after: None,
            transient,
            hint: None,
        }
    }

    fn failed(capability: Capability, fault: Fault) -> errors::Error {
        errors::Error::CapabilityFailed(errors::Failure {
            capability,
            fault,
            message: "no".to_owned(),
            hint: None,
        })
    }

    fn bad_answer(transient: bool) -> errors::BadAnswer {
        errors::BadAnswer {
            message: "the server answered HTTP 502 with an HTML page".to_owned(),
            hint: None,
            status: Some(502),
            retry_after: None,
            transient,
        }
    }

    fn problem() -> errors::Problem {
        errors::Problem {
            message: "no".to_owned(),
            hint: None,
        }
    }

    #[test]
    fn every_fault_has_its_exit_code() {
        let rows = [
            (
                errors::Error::AnswerUnacceptable(bad_answer(false)),
                ExitCode::NetworkFailed,
            ),
            (
                errors::Error::AnswerUnacceptable(bad_answer(true)),
                ExitCode::NetworkFailed,
            ),
            (
                errors::Error::RequestImpossible(problem()),
                ExitCode::BadArguments,
            ),
            (
                errors::Error::SecretMissing(problem()),
                ExitCode::BadArguments,
            ),
            (
                errors::Error::InteractionRequired(errors::Interaction {
                    message: "no".to_owned(),
                    hint: None,
                    refusal: None,
                }),
                ExitCode::AuthenticationFailed,
            ),
            (
                errors::Error::ServerRefused(refusal("invalid_client", &[7_000_215], false)),
                ExitCode::AuthenticationFailed,
            ),
            (
                errors::Error::ServerRefused(refusal("temporarily_unavailable", &[], true)),
                ExitCode::NetworkFailed,
            ),
            (
                failed(Capability::Network, Fault::Unreachable),
                ExitCode::NetworkFailed,
            ),
            (
                failed(Capability::Network, Fault::Untrusted),
                ExitCode::NetworkFailed,
            ),
            (
                failed(Capability::Network, Fault::Denied),
                ExitCode::NetworkFailed,
            ),
            (
                failed(Capability::Network, Fault::TimedOut),
                ExitCode::TimedOutOrCancelled,
            ),
            (
                failed(Capability::Prompt, Fault::Cancelled),
                ExitCode::TimedOutOrCancelled,
            ),
            (
                failed(Capability::SecretStore, Fault::Locked),
                ExitCode::General,
            ),
            (
                failed(Capability::ProfileStore, Fault::Conflict),
                ExitCode::General,
            ),
        ];
        for (error, expected) in rows {
            let shown = format!("{error:?}");
            assert_eq!(Error::from(error).code, expected, "{shown}");
        }
    }

    #[test]
    fn a_refusal_names_what_the_logs_are_searched_for() {
        let mut refused = refusal("invalid_client", &[7_000_215, 50_000], false);
        refused.correlation_id = Some("c0ffee".to_owned());
        refused.trace_id = Some("beef".to_owned());
        refused.timestamp = Some("2025-02-19 03:49:12Z".to_owned());
        refused.hint = Some("use the secret's value, not its id".to_owned());
        let error = Error::from(refused);
        assert_eq!(
            error.message,
            "the server refused: invalid_client (AADSTS7000215, correlation id c0ffee, \
             trace id beef, 2025-02-19 03:49:12Z)"
        );
        assert_eq!(
            error.hint.as_deref(),
            Some("use the secret's value, not its id")
        );
        assert_eq!(
            error.detail.as_deref(),
            Some("Invalid client secret provided.")
        );
    }

    #[test]
    fn a_busy_server_says_when_to_come_back() {
        let mut busy = refusal("temporarily_unavailable", &[], true);
        busy.status = 429;
        busy.retry_after = Some(30);
        let error = Error::from(busy);
        assert_eq!(
            error.message,
            "the server refused: temporarily_unavailable (HTTP 429)"
        );
        assert_eq!(error.hint.as_deref(), Some("try again in 30 seconds"));
    }

    #[test]
    fn a_proxy_page_names_its_status() {
        let error = Error::from(errors::Error::AnswerUnacceptable(bad_answer(true)));
        assert_eq!(
            error.message,
            "the server answered HTTP 502 with an HTML page"
        );
        assert_eq!(error.hint.as_deref(), Some("try again later"));
    }
}
