//! A request on its way to the token logic, and back with what went wrong.

use crate::bindings::errors;
use crate::bindings::tokens::Request;
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
        let mut error = Error::from(error);
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
        error
    }
}
