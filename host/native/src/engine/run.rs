//! One run of the command line component.

use std::io::{self, Write};
use std::mem::ManuallyDrop;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::sync::{Arc, Once};

use wasmtime::component::Component;
use wasmtime::{Engine, Store};
use wasmtime_wasi::I32Exit;
use wasmtime_wasi::p2::bindings::Command;

use super::embedded::{self, Embedded};
use super::lent::{self, Shared};
use crate::capability::proxy_server::ProxyServer;
use crate::system::{interrupt, limits, platform};

/// The code of a failure that has no other (see `entra-auth-cli --help`).
const GENERAL_FAILURE: u8 = 1;

/// Runs the command line with this process's arguments and streams; `proxy` serves where it is asked to.
///
/// # Safety
///
/// `component` must come from this crate's build script, unchanged: it is native code.
#[expect(unsafe_code, reason = "native code can only be trusted, not checked")]
pub(crate) unsafe fn run(component: &'static Embedded, proxy: Arc<ProxyServer>) -> ExitCode {
    // Where it happened is enough to find a defect; what a panic says could quote a secret.
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, |place| {
            format!(" at {}:{}", place.file(), place.line())
        });
        complain(&format!("panic{place}"));
    }));
    platform::keep_descriptors_private();
    interrupt::watch();
    platform::keep_memory_private();
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: the caller vouches for the component.
        let (engine, component) = unsafe { embedded::load(component)? };
        // The process ends next, and its memory with it: taking apart thousands of types and functions takes longer than
        // many a command.
        let (engine, component) = (ManuallyDrop::new(engine), ManuallyDrop::new(component));
        command(&engine, &component, proxy)
    }));
    ExitCode::from(match outcome {
        Ok(Ok(code)) => code,
        Ok(Err(error)) => {
            complain(error.to_string().lines().next().unwrap_or_default());
            GENERAL_FAILURE
        }
        Err(_) => GENERAL_FAILURE,
    })
}

/// Runs the command to its end; returns its exit code.
fn command(
    engine: &Engine,
    component: &Component,
    proxy: Arc<ProxyServer>,
) -> wasmtime::Result<u8> {
    let linker = ManuallyDrop::new(lent::linker(engine)?);
    let shared = Shared::from_environment(proxy);
    let mut store = Store::new(engine, shared.for_command());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let outcome = runtime.block_on(async {
        let command = Command::instantiate_async(&mut store, component, &linker).await?;
        command.wasi_cli_run().call_run(&mut store).await
    });
    // A thread that still reads stdin must not hold up the end.
    runtime.shutdown_background();
    match outcome {
        Ok(Ok(())) => Ok(0),
        Ok(Err(())) => Ok(GENERAL_FAILURE),
        Err(error) => match error.downcast_ref::<I32Exit>() {
            Some(exit) => Ok(u8::try_from(exit.0).unwrap_or(GENERAL_FAILURE)),
            None => Err(error),
        },
    }
}

/// An error that the component cannot tell.
fn say(message: &str, hint: &str) {
    // Nothing can be done when stderr is closed.
    drop(writeln!(io::stderr(), "error: {message}\nhint: {hint}"));
}

/// Reports a limit that nothing can work under, or else a defect of this program, once.
fn complain(what: &str) {
    static TOLD: Once = Once::new();
    TOLD.call_once(|| {
        let (message, hint) = match limits::too_low() {
            Some(limit) => (limit.message, limit.hint),
            None => (
                format!("the program stopped unexpectedly: {what}"),
                "this is a defect; please report it with the command that caused it".to_owned(),
            ),
        };
        say(&message, &hint);
    });
}
