//! The whole command line of `entra-auth-cli`, as a WebAssembly component.
//!
//! It knows profiles, environment variables, flags and output. It knows no wire format: tokens come
//! from the interface `tokens`, and everything else that it needs from the capabilities of the
//! world `cli` in `wit/world.wit`. So it behaves the same in every host.
//!
//! The house, ground floor first; a wing may use those above it in this list, and no other:
//!
//! | wing | what is in it |
//! |---|---|
//! | [`clap`] | the library of that name, as its macros find it here |
//! | [`output`] | the one door to stdout and stderr; errors, exit codes, and how values are written |
//! | [`input`] | secrets, tokens, names and time limits as people and the environment give them |
//! | [`profile`] | a profile, where it is saved, which one is in use, and its way into files and back |
//! | [`request`] | from a profile and the flags of one call to a request of the contract |
//! | [`token`] | a token: where it is found, what it says, how it is shown |
//! | [`command`] | the commands, one a room |
//! | [`command_line`] | the definition of them all, its older spellings, and what it refuses |

#![cfg_attr(
    feature = "fuzzing",
    allow(
        dead_code,
        unused_imports,
        reason = "then what reads profiles is all that is used"
    )
)]
#![cfg_attr(feature = "fuzzing", no_main)]

mod bindings;
mod clap;
mod command;
mod command_line;
mod input;
mod output;
mod profile;
mod request;
mod token;

use crate::clap::FromArgMatches;
use crate::command_line::usage_error::{Refusal, translate};
use crate::command_line::{Command, CommandLine, NAME};
use crate::output::exit_code::ExitCode;
use crate::output::{Outcome, Output, Verbosity};

#[cfg(not(feature = "fuzzing"))]
fn main() {
    if let Some(line) = command_line::candidates::asked() {
        let output = Output::new(Verbosity::Quiet, true);
        // A shell that asks shows no errors.
        let definition = command_line::definition(command_line::USUAL_WIDTH);
        let _ = command_line::candidates::answer(&definition, &line, &output);
        return;
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Err(error) = command_line::encoding::check(&arguments) {
        let output = Output::new(Verbosity::Normal, false);
        output::exit_code::report(finish(Err(error), &output));
        return;
    }
    output::exit_code::report(match parse(&arguments) {
        Ok(line) => {
            let output = Output::new(line.common.verbosity(), line.common.no_color);
            output.show_progress();
            finish(run(&line, &output), &output)
        }
        Err(error) => {
            let output = Output::new(Verbosity::Normal, false);
            finish(answer(translate(&error), &output), &output)
        }
    });
}

fn parse(arguments: &[String]) -> Result<CommandLine, clap::Error> {
    let definition = command_line::definition(width());
    let words = command_line::published::respell(&definition, arguments);
    let mut matches =
        definition.try_get_matches_from(std::iter::once(NAME.to_owned()).chain(words))?;
    CommandLine::from_arg_matches_mut(&mut matches)
}

/// Of the terminal that help is read on.
fn width() -> usize {
    let width = Output::new(Verbosity::Normal, true).width();
    width.unwrap_or(command_line::USUAL_WIDTH)
}

fn run(line: &CommandLine, output: &Output) -> Outcome {
    match &line.command {
        Some(Command::CacheKey(cache_key)) => cache_key.run(output),
        Some(Command::ClearCache(clear_cache)) => clear_cache.run(output),
        Some(Command::Completion(completion)) => completion.run(output),
        Some(Command::Config(config)) => config.run(output),
        Some(Command::Discover(discover)) => discover.run(output),
        Some(Command::GetToken(get_token)) => get_token.run(output),
        Some(Command::Inspect(inspect)) => inspect.run(output),
        Some(Command::ManPage(man_page)) => man_page.run(output),
        Some(Command::Proxy(proxy)) => proxy.run(output),
        Some(Command::Refresh(refresh)) => refresh.run(output),
        Some(Command::Serve(serve)) => serve.run(output),
        Some(Command::Status(status)) => status.run(output),
        // Documents use `-v` for the version, and after a command for `--verbose`.
        None if line.common.verbose => {
            output.result(&format!("{NAME} {}", env!("CARGO_PKG_VERSION")))?;
            Ok(ExitCode::Done)
        }
        None => {
            let mut definition = command_line::definition(width());
            output.result(&definition.render_long_help().to_string())?;
            Ok(ExitCode::Done)
        }
    }
}

fn answer(refusal: Refusal, output: &Output) -> Outcome {
    match refusal {
        Refusal::Answer(text) => {
            output.result(&text)?;
            Ok(ExitCode::Done)
        }
        Refusal::HelpInstead(text) => {
            output.result(&text)?;
            Ok(ExitCode::BadArguments)
        }
        Refusal::Wrong(error) => Err(error),
    }
}

fn finish(outcome: Outcome, output: &Output) -> ExitCode {
    outcome.unwrap_or_else(|error| {
        output.failure(&error);
        error.code
    })
}
