//! The program that asks: started as a shell would start it, and waited for.

use std::io;
use std::process::Command;
use std::sync::mpsc;
use std::thread;

use tokio::sync::mpsc::Sender;

use super::{Fault, Happening, failure};
use crate::capability::bindings::entra_auth::core::errors::Failure;
use crate::system::interrupt;
use crate::system::known_variables;
use crate::system::platform::Termination;

/// Starts it. When it ends, that happens.
pub(super) fn start(
    command: &[String],
    variables: Vec<(String, String)>,
    happens: Sender<Happening>,
) -> Result<(), Failure> {
    let Some((name, arguments)) = command.split_first() else {
        return Err(failure(
            Fault::Other,
            "no program is named",
            "name one, as in `serve -- COMMAND`",
        ));
    };
    let mut command = Command::new(name);
    command.args(arguments);
    for secret in known_variables::secrets() {
        command.env_remove(secret);
    }
    command.envs(variables);
    interrupt::leave_to_program();
    let (sender, started) = mpsc::channel();
    let run = move || run(command, &sender, &happens);
    let thread = thread::Builder::new().name("command".to_owned());
    let started = thread.spawn(run).and_then(|_| {
        let gone = |_| Err(io::ErrorKind::Other.into());
        started.recv().unwrap_or_else(gone)
    });
    started.map_err(|error| not_started(name, &error))
}

/// All of its life.
fn run(mut command: Command, started: &mpsc::Sender<io::Result<()>>, happens: &Sender<Happening>) {
    let program = Termination::watched().and_then(|watched| Ok((watched, command.spawn()?)));
    let (termination, mut program) = match program {
        Ok(program) => program,
        Err(error) => return drop(started.send(Err(error))),
    };
    // Where nobody listens any more, all has ended.
    drop(started.send(Ok(())));
    let code = termination.wait_for(&mut program).unwrap_or(1);
    drop(happens.blocking_send(Happening::Ended(code)));
}

fn not_started(name: &str, error: &io::Error) -> Failure {
    let (fault, what, hint) = match error.kind() {
        io::ErrorKind::NotFound => (
            Fault::Absent,
            "there is no such program".to_owned(),
            "check its name, and whether its folder is in PATH",
        ),
        io::ErrorKind::PermissionDenied => (
            Fault::Denied,
            "it may not be run".to_owned(),
            "check that it is a program, and its permissions",
        ),
        _ => (
            Fault::Other,
            error.to_string().to_lowercase(),
            "try to start it by itself",
        ),
    };
    failure(fault, format!("cannot start `{name}`: {what}"), hint)
}
