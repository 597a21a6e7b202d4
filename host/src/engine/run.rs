//! One run of the command line component.

use std::io::{self, Write};
use std::mem::ManuallyDrop;
use std::panic;
use std::process::ExitCode;
use std::sync::{Arc, Once};

use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Store};
use wasmtime_wasi::p2::bindings::Command;
use wasmtime_wasi::p2::pipe::ClosedOutputStream;
use wasmtime_wasi::{I32Exit, WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use super::embedded::Embedded;
use super::{embedded, environment, interrupt, wasi};
use crate::capability::arc_agent::{self, ArcAgent, ArcAgentView};
use crate::capability::clipboard::{self, ClipboardView};
use crate::capability::files::{self, FilesView};
use crate::capability::local_time::{self, LocalTimeView};
use crate::capability::network::Network;
use crate::capability::profile_store::{self, ProfileStore, ProfileStoreView};
use crate::capability::progress::{self, ProgressView};
use crate::capability::prompt::{self, Prompt, PromptView};
use crate::capability::secret_store::{self, SecretStore, SecretStoreView};
use crate::capability::sign_in::{self, SignIn, SignInView};
use crate::capability::token_cache::{self, TokenCache, TokenCacheView};
use crate::capability::transport::{self, TransportView};
use crate::system::folders::Folders;
use crate::system::terminal::Terminal;
use crate::system::{limits, platform, streams};

/// The code of a failure that has no other (see `entra-auth-cli --help`).
const GENERAL_FAILURE: u8 = 1;

/// Everything that the component can reach.
struct State {
    arc_agent: ArcAgent,
    wasi: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
    network: Network,
    profiles: ProfileStore,
    prompt: Prompt,
    secrets: Arc<SecretStore>,
    sign_in: SignIn,
    tokens: TokenCache,
}

impl State {
    fn new() -> Self {
        let mut wasi = WasiCtx::builder();
        wasi.inherit_stdio()
            .args(&environment::arguments())
            .envs(&environment::variables());
        if streams::stdout_was_closed() {
            wasi.stdout(ClosedOutputStream);
        }
        let folders = Folders::from_environment();
        let terminal = Terminal::controlling();
        let secrets = Arc::new(SecretStore::from_environment(
            folders.clone(),
            terminal.clone(),
        ));
        Self {
            arc_agent: ArcAgent::of_this_machine(),
            wasi: wasi.build(),
            http: WasiHttpCtx::new(),
            table: ResourceTable::new(),
            network: Network::from_environment(),
            profiles: ProfileStore::new(folders.clone()),
            prompt: Prompt::new(terminal),
            sign_in: SignIn::from_environment(),
            tokens: TokenCache::from_environment(folders, Arc::clone(&secrets)),
            secrets,
        }
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: &mut self.network,
        }
    }
}

/// Runs the command line with this process's arguments and streams.
///
/// # Safety
///
/// `component` must come from this crate's build script, unchanged: it is native code.
#[expect(unsafe_code, reason = "native code can only be trusted, not checked")]
pub unsafe fn run(component: &'static Embedded) -> ExitCode {
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
    let outcome = panic::catch_unwind(|| {
        // SAFETY: the caller vouches for the component.
        let (engine, component) = unsafe { embedded::load(component)? };
        // The process ends next, and its memory with it: taking apart thousands of types and functions takes longer than
        // many a command.
        let (engine, component) = (ManuallyDrop::new(engine), ManuallyDrop::new(component));
        command(&engine, &component)
    });
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
fn command(engine: &Engine, component: &Component) -> wasmtime::Result<u8> {
    let linker = ManuallyDrop::new(linker(engine)?);
    let mut store = Store::new(engine, State::new());
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

fn linker(engine: &Engine) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    wasi::add_to_linker(&mut linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    arc_agent::add_to_linker(&mut linker, |state: &mut State| ArcAgentView {
        agent: &state.arc_agent,
    })?;
    clipboard::add_to_linker(&mut linker, |_: &mut State| ClipboardView)?;
    files::add_to_linker(&mut linker, |_: &mut State| FilesView)?;
    local_time::add_to_linker(&mut linker, |_: &mut State| LocalTimeView)?;
    profile_store::add_to_linker(&mut linker, |state| ProfileStoreView {
        store: &state.profiles,
    })?;
    progress::add_to_linker(&mut linker, |_: &mut State| ProgressView)?;
    prompt::add_to_linker(&mut linker, |state| PromptView {
        prompt: &state.prompt,
    })?;
    secret_store::add_to_linker(&mut linker, |state| SecretStoreView {
        store: &state.secrets,
    })?;
    sign_in::add_to_linker(&mut linker, |state| SignInView {
        sign_in: &mut state.sign_in,
        table: &mut state.table,
    })?;
    token_cache::add_to_linker(&mut linker, |state| TokenCacheView {
        cache: &state.tokens,
        table: &mut state.table,
    })?;
    transport::add_to_linker(&mut linker, |state| TransportView {
        network: &state.network,
    })?;
    Ok(linker)
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
