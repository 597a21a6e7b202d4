//! `entra-emulator`: the tenant of `entra_emulator::contoso` on a loopback port.
//!
//! When it is ready it prints one line of JSON on stdout and nothing else, ever. Messages go to
//! stderr.

mod arguments;
mod connection;
mod listener;
mod paced_body;
mod test_authority;

use std::{
    error::Error,
    io::{self, Write as _},
    process::ExitCode,
    sync::Arc,
};

use clap::Parser as _;
use entra_emulator::{Emulator, contoso};
use serde_json::json;

use crate::{arguments::Arguments, connection::Service, listener::Listener};

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(error.as_ref());
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let tls = arguments
        .tls
        .then(|| test_authority::acceptor(&arguments.names))
        .transpose()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = Listener::bind(arguments.port).await?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let acceptor = match (tls, &arguments.ca_out) {
            (Some((acceptor, certificate)), Some(path)) => {
                test_authority::write(path, &certificate)?;
                Some(acceptor)
            }
            (tls, _) => tls.map(|(acceptor, _)| acceptor),
        };
        announce(scheme, listener.port())?;
        let emulator = Emulator::with_controls(contoso()).in_cloud(arguments.cloud);
        let service = Arc::new(Service {
            emulator,
            scheme,
            names: arguments.names.clone(),
            verbose: arguments.verbose,
        });
        listener.serve(acceptor, service).await
    })
}

/// The one line on stdout. Whoever reads it may connect at once.
fn announce(scheme: &str, port: u16) -> io::Result<()> {
    let authority = format!("{scheme}://127.0.0.1:{port}");
    let graph = format!("{authority}/graph");
    let mut stdout = io::stdout().lock();
    writeln!(
        stdout,
        "{}",
        json!({ "authority": authority, "graph": graph, "pid": std::process::id() })
    )?;
    stdout.flush()
}

/// Message, causes and, where something can be done, a hint.
fn report(error: &(dyn Error + 'static)) {
    let mut message = format!("error: {error}");
    let mut cause = error.source();
    while let Some(source) = cause {
        message.push_str(&format!(": {source}"));
        cause = source.source();
    }
    if let Some(hint) = error
        .downcast_ref::<listener::CannotListen>()
        .and_then(listener::CannotListen::hint)
    {
        message.push_str(&format!("\nhint: {hint}"));
    }
    // Nothing is left to do when stderr is closed.
    let _ = writeln!(io::stderr(), "{message}");
}
