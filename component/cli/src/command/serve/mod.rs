//! `serve`: a local endpoint of the kind that platforms have for managed identities, so that programs get tokens of a profile
//! and no secret.
//!
//! The shapes are those of
//! [App Service](https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference) and, where it is
//! asked for, of [virtual machines](https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token).

mod admission;
mod answer;
mod audit;
mod caller;
mod head;
mod parameters;
mod resource;
mod source;

use std::net::SocketAddr;

use crate::bindings::files;
use crate::bindings::identity_endpoint::{self, Event, Request};
use crate::clap::{self, Args};
use crate::output::error::Error;
use crate::output::exit_code::ExitCode;
use crate::output::{Outcome, Output};
use crate::profile::flow::Flow;
use admission::{Admission, Admitted, Refusal};
use answer::Answer;
use audit::Audit;
use caller::Caller;
use source::Source;

pub(crate) const EXAMPLES: &str = "\
Examples:
  entra-auth-cli serve -p my-api-client -- python3 app.py
  entra-auth-cli serve --allow https://vault.azure.net -- npm test
  entra-auth-cli serve -p my-api-client --listen 127.0.0.1:8401 \\
      --host host.docker.internal --env-file app.env

COMMAND gets IDENTITY_ENDPOINT and IDENTITY_HEADER, by which the credentials for
managed identities in Azure's libraries find their tokens, and `serve` ends with
its exit code. Without COMMAND it serves until SIGTERM or Ctrl-C, and the
variables are in the files of --env-file. There is a line of JSON for each
token: on stdout, or on stderr where COMMAND has stdout.";

/// Flags of `serve`.
#[derive(Args)]
pub(crate) struct Serve {
    /// Whose tokens [default: as for get-token]
    #[arg(short, long, value_name = "NAME")]
    profile: Option<String>,

    /// Flow, such as ClientCredentials or DeviceCode
    #[arg(short, long, value_name = "FLOW")]
    flow: Option<Flow>,

    /// API that tokens are handed out for; may be given again [default: the profile's own]
    #[arg(long, value_name = "RESOURCE")]
    allow: Vec<String>,

    /// File for the variables of another caller, such as a container
    #[arg(long, value_name = "FILE")]
    env_file: Vec<String>,

    /// Where to listen
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    listen: String,

    /// Listen where other machines may come too, without TLS
    #[arg(long)]
    off_loopback: bool,

    /// What callers in files call this machine, such as host.docker.internal
    #[arg(long, value_name = "NAME")]
    host: Option<String>,

    /// Answer as virtual machines do too, which takes no secret
    #[arg(long)]
    imds: bool,

    /// Answer callers that name another managed identity, too
    #[arg(long)]
    any_identity: bool,

    /// Program to run, with its arguments
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

impl Serve {
    pub(crate) fn run(&self, output: &Output) -> Outcome {
        self.check()?;
        let mut source = Source::select(self.profile.as_deref(), self.flow, output)?;
        let resources = self.resources(&source)?;
        if let Some(first) = resources.first() {
            // Whatever is wrong is said before anybody depends on it, and a person signs in while the terminal is ours.
            source.sign_in(first, output)?;
        }
        let origin = identity_endpoint::listen(&self.listen)?;
        let admission = Admission {
            callers: self.callers()?,
            resources,
            host: self.host.clone(),
            imds: self.imds,
            identity: (!self.any_identity).then(|| source.client_id().to_owned()),
        };
        self.hand_over(&admission, &origin, output)?;
        let audit = Audit::new(output, !self.command.is_empty());
        loop {
            match identity_endpoint::next()? {
                Event::Asked(request) => {
                    let answer = answered(&request, &admission, &mut source, &audit, output);
                    identity_endpoint::answer(answer.status, &answer.body)?;
                }
                Event::Ended(code) => return Ok(ExitCode::OfProgram(code)),
                Event::Stopped => return Ok(ExitCode::Done),
            }
        }
    }

    fn check(&self) -> Result<(), Error> {
        if self.command.is_empty() && self.env_file.is_empty() && !self.imds {
            return Err(Error::bad_arguments(
                "nobody could ask for a token: no program and no file gets the secret for it",
                "name a program as in `serve -- COMMAND`, or a file by `--env-file`",
            ));
        }
        let address: SocketAddr = self.listen.parse().map_err(|_| {
            Error::bad_arguments(
                format!("`{}` is no IP address with a port", self.listen),
                "write it as `127.0.0.1:8401`; port 0 is any that is free",
            )
        })?;
        let is_off = !address.ip().to_canonical().is_loopback();
        if is_off && self.imds {
            return Err(Error::bad_arguments(
                "`--imds` takes no secret, so it answers on loopback alone",
                "leave out `--listen`, or `--imds`",
            ));
        }
        if is_off && !self.off_loopback {
            return Err(Error::bad_arguments(
                format!(
                    "at `{}` other machines may come, and tokens go in clear",
                    self.listen
                ),
                "listen at `127.0.0.1`, or add `--off-loopback` where only containers of this machine get there",
            ));
        }
        Ok(())
    }

    fn resources(&self, source: &Source) -> Result<Vec<String>, Error> {
        if self.allow.is_empty() {
            return source.resource().map(|resource| vec![resource]);
        }
        self.allow
            .iter()
            .map(|text| resource::named(text))
            .collect()
    }

    /// One for each file in the order of the files, and one for the program.
    fn callers(&self) -> Result<Vec<Caller>, Error> {
        let program = self.command.first();
        let names = self.env_file.iter().chain(program);
        names.map(|path| Caller::called_after(path)).collect()
    }

    /// Each caller gets what it asks by.
    fn hand_over(&self, admission: &Admission, origin: &str, output: &Output) -> Result<(), Error> {
        let named = match &self.host {
            Some(host) => with_host(origin, host),
            None => origin.to_owned(),
        };
        let mut callers = admission.callers.iter();
        for (path, caller) in self.env_file.iter().zip(callers.by_ref()) {
            files::write(path, caller.file(&named, self.imds).as_bytes())?;
        }
        match callers.next() {
            Some(caller) => {
                let variables = caller.variables(origin, self.imds);
                let started = identity_endpoint::start(&self.command, &variables);
                started.map_err(|failure| Error {
                    code: ExitCode::BadArguments,
                    ..Error::from(failure)
                })
            }
            None => output.result(&audit::listening(origin)),
        }
    }
}

/// The same port under another name.
fn with_host(origin: &str, host: &str) -> String {
    let port = origin.rsplit(':').next().unwrap_or_default();
    format!("http://{host}:{port}")
}

/// The answer to one request, of which the audit has a line.
fn answered(
    request: &Request,
    admission: &Admission,
    source: &mut Source,
    audit: &Audit<'_>,
    output: &Output,
) -> Answer {
    let admitted = match admission.admit(request) {
        Ok(admitted) => admitted,
        Err(refusal) => {
            audit.refused(None, None, &refusal);
            return Answer::refused(&refusal);
        }
    };
    let Admitted { caller, resource } = &admitted;
    match source.token(resource, output) {
        Ok(obtained) => {
            audit.granted(caller, resource, obtained.from);
            Answer::of(&obtained.token, resource, source.client_id())
        }
        Err(error) => {
            let refusal = Refusal::of(&error);
            audit.refused(Some(caller), Some(resource), &refusal);
            Answer::refused(&refusal)
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        serve: Serve,
    }

    #[test]
    fn other_machines_come_only_where_that_is_said() {
        for (line, expected) in [
            ("-- true", None),
            ("--env-file a.env", None),
            ("--imds", None),
            ("", Some("nobody could ask")),
            ("--listen 8401 -- true", Some("no IP address")),
            ("--listen localhost:0 -- true", Some("no IP address")),
            ("--listen [::1]:8401 -- true", None),
            ("--listen [::ffff:127.0.0.1]:8401 -- true", None),
            ("--listen 127.0.0.2:8401 --imds", None),
            (
                "--listen 0.0.0.0:8401 -- true",
                Some("other machines may come"),
            ),
            (
                "--listen [::]:8401 -- true",
                Some("other machines may come"),
            ),
            ("--listen 172.17.0.1:8401 --off-loopback -- true", None),
            (
                "--listen 172.17.0.1:8401 --off-loopback --imds",
                Some("takes no secret"),
            ),
        ] {
            let words = std::iter::once("x").chain(line.split_whitespace());
            let serve = Line::try_parse_from(words).unwrap().serve;
            match (serve.check(), expected) {
                (Ok(()), None) => {}
                (Err(error), Some(part)) => {
                    assert!(error.message.contains(part), "{line}: {error:?}")
                }
                (found, _) => panic!("{line}: {found:?}"),
            }
        }
    }

    #[test]
    fn files_name_the_machine_as_their_callers_do() {
        for (origin, expected) in [
            ("http://127.0.0.1:8401", "http://host.docker.internal:8401"),
            ("http://[::1]:8401", "http://host.docker.internal:8401"),
        ] {
            assert_eq!(with_host(origin, "host.docker.internal"), expected);
        }
    }
}
