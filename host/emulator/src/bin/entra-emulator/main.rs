//! `entra-emulator`: the tenant of `entra_emulator::contoso` on a loopback port.
//!
//! When it is ready it prints one line of JSON on stdout and nothing else, ever. Messages go to
//! stderr.

mod arguments;
mod connection;
mod listener;
mod paced_body;
mod refusing_proxy;
mod test_authority;

use std::{
    error::Error,
    fs,
    io::{self, IsTerminal as _, Write as _},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
};

use clap::Parser as _;
use entra_emulator::{Certificate, Emulator, Tenant, contoso, overview_text};
use serde_json::json;

use crate::arguments::Arguments;
use crate::connection::Service;
use crate::listener::Listener;

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
    let tenant = tenant(&arguments.certificates)?;
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
        let emulator = Emulator::with_controls(tenant.clone())
            .in_cloud(arguments.cloud)
            .disturbed(arguments.clock_offset, &arguments.faults, connection::now())
            .map_err(|error| format!("`--fault` cannot be understood: {error}"))?;
        let proxy = match arguments.refusing_proxy {
            Some(refusal) => Some(refusing_proxy::start(refusal).await?),
            None => None,
        };
        announce(scheme, listener.port(), proxy, &tenant)?;
        let service = Arc::new(Service {
            emulator,
            scheme,
            names: arguments.names.clone(),
            verbose: arguments.verbose,
        });
        listener.serve(acceptor, service).await
    })
}

/// The tenant with certificates of the user's own.
fn tenant(certificates: &[PathBuf]) -> Result<Tenant, String> {
    let mut tenant = contoso();
    for path in certificates {
        let name = path.display();
        let text = fs::read_to_string(path)
            .map_err(|error| format!("cannot read the certificate `{name}`: {error}"))?;
        let certificate = Certificate::from_pem(&text)
            .ok_or_else(|| format!("`{name}` is no certificate (PEM) with an RSA key"))?;
        tenant.register(certificate);
    }
    Ok(tenant)
}

/// The one line on stdout; on a terminal, who can sign in too. Whoever reads it may connect at once.
fn announce(scheme: &str, port: u16, proxy: Option<u16>, tenant: &Tenant) -> io::Result<()> {
    let authority = format!("{scheme}://127.0.0.1:{port}");
    let graph = format!("{authority}/graph");
    let mut ready = json!({
        "authority": authority,
        "graph": graph,
        "page": format!("{authority}/"),
        "pid": std::process::id(),
    });
    if let (Some(port), Some(members)) = (proxy, ready.as_object_mut()) {
        members.insert(
            "proxy".to_owned(),
            json!(format!("http://127.0.0.1:{port}")),
        );
    }
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{ready}")?;
    stdout.flush()?;
    let mut stderr = io::stderr().lock();
    if stderr.is_terminal() {
        let overview = overview_text(&tenant.overview());
        // Nobody need read it.
        let _ = write!(
            stderr,
            "\n{overview}\nMore at {authority}/, and with --help.\n"
        );
    }
    Ok(())
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
