//! Protocol errors in the words of the contract.

use std::time::Duration;

use protocol::refusal::advice::{Facts, advice};
use protocol::refusal::error;
use protocol::refusal::server_error::ServerError;
use protocol::refusal::unacceptable::Unacceptable;
use protocol::value::impossible::Impossible;

use crate::bindings::entra_auth::core::errors::{BadAnswer, Interaction, Problem, Refusal};
pub(crate) use crate::bindings::entra_auth::core::errors::{Capability, Error, Failure, Fault};

/// How hard it was tried.
#[derive(Clone, Copy)]
pub(crate) struct Tries {
    /// How many requests were sent.
    pub(crate) count: u32,
    /// How long that took.
    pub(crate) elapsed: Duration,
}

impl Tries {
    /// Once, at once.
    pub(crate) const ONE: Self = Self {
        count: 1,
        elapsed: Duration::ZERO,
    };

    /// The error, and how often and how long it was tried if that was more than once.
    pub(crate) fn told_in(self, error: Error) -> Error {
        match error {
            Error::AnswerUnacceptable(answer) => Error::AnswerUnacceptable(BadAnswer {
                message: self.told(answer.message),
                ..answer
            }),
            Error::CapabilityFailed(failure) => Error::CapabilityFailed(Failure {
                message: self.told(failure.message),
                ..failure
            }),
            Error::ServerRefused(refusal) => Error::ServerRefused(Refusal {
                message: self.told(refusal.message),
                ..refusal
            }),
            // Nobody asks twice whether a person is needed.
            error @ (Error::InteractionRequired(_)
            | Error::RequestImpossible(_)
            | Error::SecretMissing(_)) => error,
        }
    }

    fn told(self, message: String) -> String {
        match self.count {
            0 | 1 => message,
            count => format!(
                "{message}, after {count} tries in {}",
                seconds(self.elapsed)
            ),
        }
    }
}

/// A span as people say it; parts of a second count as a whole one.
pub(crate) fn seconds(span: Duration) -> String {
    match span.as_millis().div_ceil(1000) {
        1 => "1 second".to_owned(),
        count => format!("{count} seconds"),
    }
}

/// What `protocol` refused or could not accept, with advice that names the user's own things.
pub(crate) fn of_protocol(error: error::Error, facts: &Facts<'_>) -> Error {
    let transient = error.is_transient();
    match error {
        error::Error::Refused(refusal) => refused(*refusal, facts),
        error::Error::Unacceptable(answer) => unacceptable(&answer, transient, facts),
        error::Error::Impossible(request) => request.into(),
    }
}

fn refused(error: ServerError, facts: &Facts<'_>) -> Error {
    let needs_person = error.is_interaction_required();
    let message = error.to_string();
    let hint = advice(&error, facts);
    let refusal = Refusal {
        message: message.clone(),
        transient: error.is_transient(),
        status: error.status,
        error: error.error,
        description: error.description.unwrap_or_default(),
        codes: error.codes,
        suberror: error.suberror,
        timestamp: error.timestamp,
        trace_id: error.trace_id,
        correlation_id: error.correlation_id,
        claims: error.claims.map(|claims| claims.as_str().to_owned()),
        retry_after: error.retry_after.map(|span| span.as_secs()),
        hint,
    };
    if needs_person {
        Error::InteractionRequired(Interaction {
            message,
            hint: refusal.hint.clone(),
            refusal: Some(refusal),
        })
    } else {
        Error::ServerRefused(refusal)
    }
}

/// A refusal or a failure with other advice.
pub(crate) fn with_hint(error: Error, hint: Option<String>) -> Error {
    match error {
        Error::ServerRefused(refusal) => Error::ServerRefused(Refusal { hint, ..refusal }),
        Error::CapabilityFailed(failure) => Error::CapabilityFailed(Failure { hint, ..failure }),
        error => error,
    }
}

fn unacceptable(answer: &Unacceptable, transient: bool, facts: &Facts<'_>) -> Error {
    let message = match (answer.of_authority(), facts.authority_host) {
        (Some(what), Some(host)) => format!("`{host}` {what}"),
        _ => answer.message().to_owned(),
    };
    Error::AnswerUnacceptable(BadAnswer {
        message,
        hint: answer.hint().map(ToOwned::to_owned),
        status: answer.status,
        retry_after: answer.retry_after.map(|span| span.as_secs()),
        transient,
    })
}

/// What went wrong, in one sentence for a page.
pub(crate) fn sentence(error: &Error) -> String {
    match error {
        Error::AnswerUnacceptable(answer) => answer.message.clone(),
        Error::CapabilityFailed(failure) => failure.message.clone(),
        Error::InteractionRequired(interaction) => interaction.message.clone(),
        Error::RequestImpossible(problem) | Error::SecretMissing(problem) => {
            problem.message.clone()
        }
        Error::ServerRefused(refusal) => {
            let hint = refusal.hint.as_deref().unwrap_or(&refusal.description);
            format!("{}: {hint}", refusal.error)
        }
    }
}

/// A person who did not come.
pub(crate) fn timed_out(message: &str, hint: &str) -> Error {
    Error::CapabilityFailed(Failure {
        capability: Capability::SignIn,
        fault: Fault::TimedOut,
        message: message.to_owned(),
        hint: Some(hint.to_owned()),
    })
}

/// Something that could not be had a moment ago, and that nobody asks for again so soon.
pub(crate) fn unavailable(what: &str, pause: Duration) -> Error {
    Error::AnswerUnacceptable(BadAnswer {
        message: format!("{what} could not be had a moment ago"),
        hint: None,
        status: None,
        retry_after: Some(pause.as_secs()),
        transient: true,
    })
}

/// Nobody was asked, because nobody may be. How to ask is the caller's to say.
pub(crate) fn needs_person(message: &str) -> Error {
    Error::InteractionRequired(Interaction {
        message: message.to_owned(),
        hint: None,
        refusal: None,
    })
}

/// The client cannot prove who it is. Where secrets come from is the caller's to say.
pub(crate) fn secret_missing(message: &str) -> Error {
    Error::SecretMissing(Problem {
        message: message.to_owned(),
        hint: None,
    })
}

/// What is wrong with the thing of this name.
pub(crate) fn about(name: &str, problem: &Impossible) -> Error {
    let told = Problem {
        message: format!("{name}: {}", problem.message()),
        hint: problem.hint().map(ToOwned::to_owned),
    };
    match problem.lacks_secret() {
        true => Error::SecretMissing(told),
        false => Error::RequestImpossible(told),
    }
}

impl From<Impossible> for Error {
    fn from(request: Impossible) -> Self {
        Self::RequestImpossible(Problem {
            message: request.message().to_owned(),
            hint: request.hint().map(ToOwned::to_owned),
        })
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::CapabilityFailed(failure)
    }
}
