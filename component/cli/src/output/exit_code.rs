//! The exit code: one table for all commands.

use crate::bindings::exit;

/// How the command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExitCode {
    Done,
    General,
    AuthenticationFailed,
    ProfileNotFound,
    BadArguments,
    NetworkFailed,
    TimedOutOrCancelled,
    /// That of the program that `serve` ran.
    OfProgram(u8),
}

/// The table as the help shows it.
pub(crate) const TABLE: &str = "\
Exit codes:
  0  done
  1  general failure; for `inspect` and `discover`: the token is expired or not
     yet valid, or would be refused (`--verify`)
  2  authentication failed: the server refused, or a person has to sign in
  3  profile not found
  4  bad arguments, or input that makes no sense
  5  network failure, no usable answer, or the server is busy: try again
  6  timed out or cancelled
`serve` with a program ends with that program's exit code.";

impl ExitCode {
    fn number(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::General => 1,
            Self::AuthenticationFailed => 2,
            Self::ProfileNotFound => 3,
            Self::BadArguments => 4,
            Self::NetworkFailed => 5,
            Self::TimedOutOrCancelled => 6,
            Self::OfProgram(code) => code,
        }
    }
}

/// End the command. Success is an ordinary return from `main`, so that destructors run.
///
/// `wasi:cli/exit` has `exit-with-code` since 0.2.12; `std::process::exit` uses the older `exit`,
/// which turns every failure into 1.
pub(crate) fn report(code: ExitCode) {
    if code != ExitCode::Done {
        exit::exit_with_code(code.number());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_lists_every_code() {
        for code in [
            ExitCode::Done,
            ExitCode::General,
            ExitCode::AuthenticationFailed,
            ExitCode::ProfileNotFound,
            ExitCode::BadArguments,
            ExitCode::NetworkFailed,
            ExitCode::TimedOutOrCancelled,
        ] {
            let line = format!("\n  {}  ", code.number());
            assert!(TABLE.contains(&line), "{code:?}");
        }
    }
}
